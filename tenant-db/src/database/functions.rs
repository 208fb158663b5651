//! The functions of schema `tenant_db`: who the current tenant is, and the trigger that guards the tenant column.

use super::config::DatabaseConfig;
use super::identifier::{dollar_quote, qualified, quote_ident, quote_literal};
use super::statement::Statement;
use super::template::Template;
use crate::meta::ModelMeta;
use crate::tenant::KeyKind;

/// Every kind of key, in the order in which the base migration makes their functions.
pub(crate) const KEY_KINDS: [KeyKind; 3] = [KeyKind::Uuid, KeyKind::Text, KeyKind::BigInt];

/// The pinned path of every function, as PostgreSQL keeps it in `pg_proc.proconfig`.
pub(crate) const SEARCH_PATH: &str = "search_path=pg_catalog, pg_temp";

/// `CREATE OR REPLACE FUNCTION tenant_db.tenant_uuid() …`, and who may call it.
pub(crate) fn tenant_function(kind: KeyKind, config: &DatabaseConfig) -> Vec<Statement> {
    let function = kind.function();
    let create = format!(
        "CREATE OR REPLACE FUNCTION tenant_db.{function}() RETURNS {}\n\
         LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER\n\
         SET search_path = pg_catalog, pg_temp\nAS {}",
        kind.sql_type(),
        dollar_quote(&tenant_function_body(kind, config)),
    );
    let description = format!("Returns the current tenant as {kind}, or raises where none is set");
    let mut statements = vec![Statement::new(description, create)];
    statements.extend(ownership(&format!("tenant_db.{function}()"), config));
    statements.push(Statement::new(
        "Lets the runtime role call it: policies run with its rights",
        format!("GRANT EXECUTE ON FUNCTION tenant_db.{function}() TO {}", quote_ident(config.runtime_role())),
    ));
    statements
}

/// The source of `tenant_db.tenant_*()`, as `pg_proc.prosrc` keeps it.
pub(crate) fn tenant_function_body(kind: KeyKind, config: &DatabaseConfig) -> String {
    // No EXCEPTION clause: it would open a subtransaction, which a parallel worker may not.
    let (malformed, result) = match kind {
        KeyKind::Uuid => {
            (Some("tenant !~ '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$'"), "tenant::uuid")
        }
        KeyKind::Text => (None, "tenant"),
        KeyKind::BigInt => (
            Some(
                "(CASE WHEN tenant ~ '^-?[0-9]{1,19}$'\n      \
                 THEN tenant::numeric NOT BETWEEN -9223372036854775808 AND 9223372036854775807 ELSE true END)",
            ),
            "tenant::bigint",
        ),
    };
    let check = malformed.map(|malformed| {
        Template::default()
            .with("malformed", malformed)
            .with("type", kind.sql_type())
            .fill(include_str!("sql/functions/check.sql"))
    });
    let hint = format!(
        "Tenant data is reached through a TenantContext; in psql, inside a transaction: SET LOCAL {} = '…';",
        config.setting()
    );
    Template::default()
        .with("setting", quote_literal(config.setting()))
        .with("hint", quote_literal(&hint))
        .with("check", check.unwrap_or_default())
        .with("result", result)
        .fill(include_str!("sql/functions/tenant.sql"))
}

/// The trigger function of a table. Its name is the table's, so no two tables share one.
pub(crate) fn guard_function(model: &ModelMeta, config: &DatabaseConfig) -> Vec<Statement> {
    let function = format!("{}()", guard_function_name(model));
    let create = format!(
        "CREATE OR REPLACE FUNCTION {function} RETURNS trigger\n\
         LANGUAGE plpgsql SECURITY INVOKER\n\
         SET search_path = pg_catalog, pg_temp\nAS {}",
        dollar_quote(&guard_body(model)),
    );
    let mut statements = vec![Statement::new(
        "Fills the tenant of a new row, and refuses to move a row to another tenant",
        create,
    )];
    statements.extend(ownership(&function, config));
    statements
}

/// The trigger function's schema and name, quoted.
pub(crate) fn guard_function_name(model: &ModelMeta) -> String {
    qualified("tenant_db", &guard_function_ident(model))
}

/// The trigger function's name in schema `tenant_db`.
pub(crate) fn guard_function_ident(model: &ModelMeta) -> String {
    let (schema, table) = (model.schema_name(), model.table);
    // `a_b.c` and `a.b_c` must not meet, so the dot stays, and names with dots of their own get a hash.
    if schema.contains('.') || table.contains('.') {
        let hash = super::identifier::fnv1a(&format!("{}.{}", quote_ident(schema), quote_ident(table)));
        return super::identifier::derived_name(
            "",
            &format!("{schema}.{table}"),
            &format!("_{hash:016x}_guard"),
        );
    }
    super::identifier::derived_name("", &format!("{schema}.{table}"), "_guard")
}

/// The source of the trigger function, as `pg_proc.prosrc` keeps it.
pub(crate) fn guard_body(model: &ModelMeta) -> String {
    Template::default()
        .with("tenant", quote_ident(model.tenant_column().unwrap_or_default()))
        .with("function", model.key.function())
        .fill(include_str!("sql/functions/guard.sql"))
}

fn ownership(function: &str, config: &DatabaseConfig) -> [Statement; 2] {
    let owner = quote_ident(config.owner_role());
    [
        Statement::new("Hands it to the owner", format!("ALTER FUNCTION {function} OWNER TO {owner}")),
        Statement::new(
            "Takes the right to call it from everybody",
            format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC, {}", quote_ident(config.runtime_role())),
        ),
    ]
}
