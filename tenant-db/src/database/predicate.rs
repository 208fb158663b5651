//! Which rows are the current tenant's, as policies say it.

use super::config::DatabaseConfig;
use super::identifier::{qualified, quote_ident, quote_literal};
use crate::meta::{ModelMeta, Tenancy};

/// The condition that a row of the table is the current tenant's; `None` for global tables.
///
/// Where a table has no tenant column, the condition goes up to the table that has one and compares there, so that it
/// does not rest on the policies of the tables in between.
pub(crate) fn own_rows(model: &ModelMeta) -> Option<String> {
    match model.tenancy {
        // In a sub-select the function runs once for each statement, not once for each row.
        Tenancy::Column(column) => {
            Some(format!("{} = (SELECT tenant_db.{}())", quote_ident(column), model.key.function()))
        }
        Tenancy::Through { parent, foreign_key } => {
            through(parent(), foreign_key, &quote_ident(model.table), model.table, 1)
        }
        Tenancy::Global => None,
    }
}

/// The same for a table that has public views, for those that read: whoever reads them has no tenant, sees no row by this,
/// and gets no error.
///
/// The role that is asked for reads nothing but views, of which each has a policy that names its rows. So the condition
/// lifts nothing for anybody who could use it.
pub(crate) fn own_rows_of_tenants(own: &str, config: &DatabaseConfig) -> String {
    format!("(NOT (SELECT {})) AND ({own})", is_everybody(config))
}

/// The floor under such a table, for those that read.
pub(crate) fn floor_over_views(own: &str, config: &DatabaseConfig) -> String {
    format!("(SELECT {}) OR ({own})", is_everybody(config))
}

fn is_everybody(config: &DatabaseConfig) -> String {
    format!("CURRENT_USER = {}::name", quote_literal(config.public_role()))
}

/// `EXISTS (SELECT 1 FROM users p1 WHERE p1.id = sessions.user_id AND …)`. Written as PostgreSQL writes it back, but for
/// quotes, brackets and blanks, so that verification can compare the two.
fn through(
    parent: &ModelMeta,
    foreign_key: &[&str],
    child: &str,
    outermost: &str,
    level: usize,
) -> Option<String> {
    // An alias that is the table's own name would hide it.
    let mut alias = format!("p{level}");
    while alias == outermost {
        alias.insert(0, 'p');
    }
    let mut conditions: Vec<String> = parent
        .primary_key
        .iter()
        .zip(foreign_key)
        .map(|(theirs, mine)| format!("{alias}.{} = {child}.{}", quote_ident(theirs), quote_ident(mine)))
        .collect();
    conditions.push(match parent.tenancy {
        Tenancy::Column(column) => {
            let function = parent.key.function();
            format!("{alias}.{} = (SELECT tenant_db.{function}() AS {function})", quote_ident(column))
        }
        Tenancy::Through { parent, foreign_key } => {
            through(parent(), foreign_key, &alias, outermost, level + 1)?
        }
        Tenancy::Global => return None,
    });
    Some(format!(
        "EXISTS (SELECT 1 FROM {} {alias} WHERE {})",
        qualified(parent.schema_name(), parent.table),
        conditions.join(" AND ")
    ))
}

/// An expression without what PostgreSQL adds to it or takes from it: quotes, brackets, blanks, and casts of `varchar`.
pub(crate) fn normalized(expression: &str) -> String {
    let bare: String = expression
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '"' | '(' | ')'))
        .collect();
    bare.replace("::text", "")
}
