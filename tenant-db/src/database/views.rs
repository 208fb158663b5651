//! Public views: the roles that own and read them, and the migration of each.
//!
//! PostgreSQL asks the policies of a view's *owner* for the rows of its table. So the owner is a role of its own, as which
//! nobody logs in, with SELECT on the columns that are shown or asked for, and one policy for each view that admits the
//! rows of its condition. The policies of tenants are for everybody, and would raise for want of a tenant; they leave out
//! whoever the *reader* of views is, which is another role, that has SELECT on the views and no other right. So nothing is
//! lifted for anybody who can reach the table, or set a tenant.

use super::base::{Part, pin_search_path, role, role_places, unpin_search_path};
use super::config::DatabaseConfig;
use super::constraints::list;
use super::functions::KEY_KINDS;
use super::identifier::{check_identifier, derived_name, fnv1a, qualified, quote_ident, quote_literal};
use super::isolation::{names, table_places};
use super::migration_name;
use super::policies::{floor_name, select_name};
use super::predicate::{floor_over_views, own_rows, own_rows_of_tenants};
use super::statement::{Migration, Statement};
use super::template::Template;
use crate::error::{Error, Result};
use crate::meta::{ModelMeta, Tenancy};
use crate::public_view::ViewMeta;

/// The name of the migration that makes the roles.
pub(super) const ROLES: &str = "tenant_db_public";

/// The roles, and what they need of this crate's schema.
pub(super) fn roles(config: &DatabaseConfig) -> Migration {
    let names = role_places(config).with("migration", quote_literal(ROLES));
    let block = |description: &str, text: &str| Statement::block(description, &names.fill(text));
    let mut up = vec![
        pin_search_path(),
        role(&names, Part::Public),
        role(&names, Part::Views),
        block(
            "Who may become the owner of views, and that it may become nobody",
            include_str!("sql/views/roles.sql"),
        ),
    ];
    let mut down = vec![pin_search_path()];
    for kind in KEY_KINDS {
        let (function, reader) = (kind.function(), quote_ident(config.public_role()));
        up.push(Statement::new(
            "Policies name the function, so whoever reads has to be allowed to call it; it raises",
            format!("GRANT EXECUTE ON FUNCTION tenant_db.{function}() TO {reader}"),
        ));
        down.push(Statement::new(
            "Takes back the right to call it",
            format!("REVOKE EXECUTE ON FUNCTION tenant_db.{function}() FROM {reader}"),
        ));
    }
    up.push(unpin_search_path());
    down.extend([
        block("Drops the roles, if they were made", include_str!("sql/views/drop_roles.sql")),
        Statement::new("Forgets the notes", names.fill(include_str!("sql/forget.sql"))),
        unpin_search_path(),
    ]);
    Migration { name: ROLES.to_owned(), up, down }
}

/// The view, the policy that admits its rows, and the rights of both roles.
pub(super) fn migration(meta: &ViewMeta, config: &DatabaseConfig) -> Result<Migration> {
    let (view, model) = (meta.view, (meta.of)());
    if !matches!(model.tenancy, Tenancy::Column(_)) {
        return Err(Error::invalid_configuration(format!(
            "{}::{} is a public view of {}, which has no tenant column; public views are of tables that have one",
            view.module, view.name, model.name
        )));
    }
    check_identifier("a schema", view.schema_name())?;
    check_identifier("a view", view.table)?;
    let name = migration_name::of_table("tenant_db_view", view);
    let places = places(meta, view, model, config).with("migration", quote_literal(&name));
    let own = own_rows(model).unwrap_or_default();
    let table = qualified(model.schema_name(), model.table);
    let alter = |policy: String, using: &str| {
        format!("ALTER POLICY {} ON {table} USING ({using})", quote_ident(&policy))
    };
    let up = vec![
        pin_search_path(),
        Statement::block(
            "The view, the policy for its owner, and the columns that it may read",
            &places.fill(include_str!("sql/views/create.sql")),
        ),
        Statement::new(
            "The policy of tenants is not for readers of views, who have none",
            alter(select_name(model), &own_rows_of_tenants(&own, config)),
        ),
        Statement::new(
            "Nor is the floor, which stays for everybody else, and for what is written",
            alter(floor_name(model), &floor_over_views(&own, config)),
        ),
        unpin_search_path(),
    ];
    let down = vec![
        pin_search_path(),
        Statement::block(
            "Drops the view and its policy; the policies of tenants as before",
            &places.fill(include_str!("sql/views/drop.sql")),
        ),
        Statement::new("Forgets the notes", places.fill(include_str!("sql/forget.sql"))),
        unpin_search_path(),
    ];
    Ok(Migration { up, down, name })
}

/// The policy that admits a view's rows.
pub(crate) fn policy_name(view: &ModelMeta) -> String {
    derived_name("", view.table, "_public_rows")
}

/// What the model says of the view, in short.
pub(crate) fn fingerprint(meta: &ViewMeta) -> String {
    let model = (meta.of)();
    let said = format!(
        "{} {} {}",
        qualified(model.schema_name(), model.table),
        list(&columns(meta.view)),
        meta.rows
    );
    format!("tenant_db:{:016x}", fnv1a(&said))
}

fn columns(view: &ModelMeta) -> Vec<&'static str> {
    view.columns.iter().map(|column| column.name).collect()
}

fn places(meta: &ViewMeta, view: &ModelMeta, model: &ModelMeta, config: &DatabaseConfig) -> Template {
    let (table, columns) = (qualified(model.schema_name(), model.table), columns(view));
    let qualified_view = qualified(view.schema_name(), view.table);
    let policy = quote_ident(&policy_name(view));
    // On a line of its own, a comment at the end of the condition does not swallow the bracket.
    let create_policy = format!(
        "CREATE POLICY {policy} ON {table} AS PERMISSIVE FOR SELECT TO {} USING (\n{}\n)",
        quote_ident(config.views_role()),
        meta.rows
    );
    let create_view = format!(
        "CREATE VIEW {qualified_view} WITH (security_barrier = true) AS SELECT {} FROM {table} WHERE (\n{}\n)",
        list(&columns),
        meta.rows
    );
    table_places(model, config)
        .with("view", qualified_view.clone())
        .with("view_name", quote_literal(&qualified_view))
        .with("view_schema_name", quote_literal(view.schema_name()))
        .with("policy", policy)
        .with("policy_name", quote_literal(&policy_name(view)))
        .with("columns", names(&columns))
        .with("create_policy", quote_literal(&create_policy))
        .with("create_view", quote_literal(&create_view))
        .with("fingerprint", quote_literal(&fingerprint(meta)))
        .with("select_policy", quote_ident(&select_name(model)))
        .with("floor_policy", quote_ident(&floor_name(model)))
        .with("floor_name", quote_literal(&floor_name(model)))
        .with("own", own_rows(model).unwrap_or_default())
}
