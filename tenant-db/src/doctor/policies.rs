//! TD3xx: exactly the policies that the models ask for.

use super::check::Check;
use super::functions::sql;
use super::snapshot::{Policy as Found, Table, TenantColumn};
use crate::database::{self, Command, Policy, normalized, policies, quote_ident, quote_literal};
use crate::meta::ModelMeta;
use crate::tenant::KeyKind;

/// `tenant` is `None` where rows belong to the tenant of a parent.
pub(super) fn check(check: &mut Check<'_>, model: &ModelMeta, table: &Table, tenant: Option<&TenantColumn>) {
    let own = match tenant {
        Some(tenant) => Wanted::Exactly(own_rows(model.key, tenant)),
        None => Wanted::Normalized(normalized(&database::own_rows(model).unwrap_or_default())),
    };
    let expected = policies(model);
    for policy in &expected {
        match table.policies.iter().find(|found| found.name == policy.name) {
            None => check.error(
                "TD301",
                format!("policy {} on {}", policy.name, table.name),
                if policy.permissive {
                    "The policy is missing, so the command finds and writes no rows; another policy may have taken its place."
                } else {
                    "The restrictive floor is missing: any permissive policy that is added opens rows of other tenants."
                },
                sql(&[policy.create(model)]),
            ),
            Some(found) => compare(check, model, table, policy, found, &own),
        }
    }
    let strangers = table.policies.iter().filter(|found| {
        // For the owner of public views, as whom nobody logs in; that is looked at where they are read.
        let of_views = found.roles == [check.config.views_role()];
        found.permissive
            && !found.to_owner
            && !of_views
            && !expected.iter().any(|policy| policy.name == found.name)
    });
    for found in strangers {
        check.error(
            "TD303",
            format!("policy {} on {}", found.name, table.name),
            "No model asks for this permissive policy. Permissive policies are OR-ed, so it widens what the others allow, \
             down to the restrictive floor. Restrictive ones of your own are fine.",
            format!("DROP POLICY {} ON {};", quote_ident(&found.name), table.name),
        );
    }
}

/// The expression of our policies as PostgreSQL writes it back, with nothing but pg_catalog in the search path.
fn own_rows(key: KeyKind, tenant: &TenantColumn) -> String {
    let function = key.function();
    let column = if tenant.sql_type == "character varying" {
        format!("({})::text", tenant.quoted)
    } else {
        tenant.quoted.clone()
    };
    format!("({column} = ( SELECT tenant_db.{function}() AS {function}))")
}

/// What an expression has to be.
enum Wanted {
    Exactly(String),
    /// But for brackets, blanks and quotes. No other bracketing of the same words is a condition: they are joined by AND
    /// alone, and each EXISTS has names that its neighbours do not know.
    Normalized(String),
}

impl Wanted {
    /// The expression for those that read, where a public view shows rows of the table, as PostgreSQL writes it back.
    fn over_views(&self, policy: &Policy, reader: &str) -> Option<String> {
        let Self::Exactly(own) = self else { return None };
        let everybody = format!("( SELECT (CURRENT_USER = {}::name))", quote_literal(reader));
        match (policy.command, policy.permissive) {
            (Command::Select, true) => Some(format!("((NOT {everybody}) AND {own})")),
            (Command::All, false) => Some(format!("({everybody} OR {own})")),
            _ => None,
        }
    }

    fn is(&self, found: &str) -> bool {
        match self {
            Self::Exactly(wanted) => found == wanted,
            Self::Normalized(wanted) => normalized(found) == *wanted,
        }
    }
}

fn compare(
    check: &mut Check<'_>,
    model: &ModelMeta,
    table: &Table,
    policy: &Policy,
    found: &Found,
    own: &Wanted,
) {
    let mut differences = Vec::new();
    if found.permissive != policy.permissive {
        differences.push(if policy.permissive {
            "it is RESTRICTIVE".to_owned()
        } else {
            "it is PERMISSIVE, so it widens instead of being a floor".to_owned()
        });
    }
    if found.command != policy.command.catalog_code() {
        differences.push(format!("it is not for {}", policy.command.keyword()));
    }
    if !found.to_public {
        differences.push("it is for some roles only".to_owned());
    }
    // A public view of the table leaves its reader out of what speaks of tenants; see `database::views`.
    let over_views = own.over_views(policy, check.config.public_role());
    let mut expression = |clause: &str, found: Option<&str>, wanted: bool| match (found, wanted) {
        (None, false) => {}
        (Some(found), true) if own.is(found) => {}
        (Some(found), true) if clause == "USING" && over_views.as_deref() == Some(found) => {}
        (None, true) => differences.push(format!("it has no {clause}")),
        (Some(found), _) => differences.push(format!("its {clause} is {found}")),
    };
    expression("USING", found.using.as_deref(), policy.command.has_using());
    expression("WITH CHECK", found.check.as_deref(), policy.command.has_check());
    if differences.is_empty() {
        return;
    }
    check.error(
        "TD302",
        format!("policy {} on {}", policy.name, table.name),
        format!("The policy does not keep tenants apart as the models ask for: {}.", differences.join("; ")),
        sql(&[policy.drop(model), policy.create(model)]),
    );
}
