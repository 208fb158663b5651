//! The migration that isolates a table with a tenant column.

use super::base::{pin_search_path, role_places, unpin_search_path};
use super::config::DatabaseConfig;
use super::constraints::list;
use super::functions::{guard_function, guard_function_name};
use super::identifier::{check_identifier, derived_name, qualified, quote_ident, quote_literal};
use super::migration_name;
use super::policies::policies;
use super::privileges::{SCHEMA, TABLE};
use super::statement::{Migration, Statement};
use super::template::Template;
use crate::error::Result;
use crate::meta::ModelMeta;
use crate::tenant::{KeyKind, MAX_TEXT_KEY};

/// The end of the name of the unique key that takes the place of a primary key on which foreign keys rest.
pub(crate) const KEPT_KEY_SUFFIX: &str = "_without_tenant_key";

pub(super) fn migration(
    model: &ModelMeta,
    tenant: &'static str,
    config: &DatabaseConfig,
) -> Result<Migration> {
    check_identifier("a schema", model.schema_name())?;
    check_identifier("a table", model.table)?;
    for column in model.primary_key.iter().chain([&tenant]) {
        check_identifier("a column", column)?;
    }
    let name = migration_name::of_table("tenant_db_isolate", model);
    let places = places(model, tenant, config).with("migration", quote_literal(&name));
    Ok(Migration { up: up(model, config, &places), down: down(model, &places), name })
}

fn literals(names: &[&str]) -> String {
    names.iter().map(|name| quote_literal(name)).collect::<Vec<_>>().join(", ")
}

/// The columns of the primary key, as a table with the alias `t` has them.
fn rows_key(model: &ModelMeta) -> String {
    model.primary_key.iter().map(|name| format!("t.{}", quote_ident(name))).collect::<Vec<_>>().join(", ")
}

/// Which rows have a tenant for which no context can be made: the text keys that `TenantValue` refuses.
fn unusable_key(model: &ModelMeta, tenant: &str) -> String {
    let tenant = quote_ident(tenant);
    match model.key {
        KeyKind::Text => format!("t.{tenant} = '' OR octet_length(t.{tenant}) > {MAX_TEXT_KEY}"),
        KeyKind::Uuid | KeyKind::BigInt => "false".to_owned(),
    }
}

/// The names as an array.
pub(super) fn names(names: &[&str]) -> String {
    format!("ARRAY[{}]::name[]", literals(names))
}

/// The places of templates that every table has.
pub(super) fn table_places(model: &ModelMeta, config: &DatabaseConfig) -> Template {
    let (schema, table) = (model.schema_name(), model.table);
    let qualified_table = qualified(schema, table);
    role_places(config)
        .with("schema", quote_ident(schema))
        .with("schema_name", quote_literal(schema))
        .with("schema_literal", quote_literal(&quote_ident(schema)))
        .with("table", qualified_table.clone())
        .with("table_name", quote_literal(&qualified_table))
        .with("table_literal", quote_literal(&qualified_table))
}

fn places(model: &ModelMeta, tenant: &str, config: &DatabaseConfig) -> Template {
    let table = model.table;
    table_places(model, config)
        .with("tenant", quote_ident(tenant))
        .with("tenant_name", quote_literal(tenant))
        .with("tenant_type", quote_literal(model.key.sql_type()))
        .with("tenant_types", format!("ARRAY[{}]", literals(accepted_types(model.key))))
        .with("primary_key", names(model.primary_key))
        .with("new_key_name", quote_literal(&derived_name("", table, "_pkey")))
        .with("spare_key_name", quote_literal(&derived_name("", table, "_tenant_pkey")))
        .with("kept_key_name", quote_literal(&derived_name("", table, KEPT_KEY_SUFFIX)))
        .with("key_columns", rows_key(model))
        .with("key_list", quote_literal(&list(model.primary_key)))
        .with("unusable", unusable_key(model, tenant))
        .with("index", quote_ident(&index_name(model)))
        .with("guard", quote_ident(&guard_name(model)))
        .with("guard_function", guard_function_name(model))
}

/// Whether a column of a type, as `format_type` writes it, holds keys of `kind`.
pub(crate) fn is_accepted_type(kind: KeyKind, sql_type: &str) -> bool {
    accepted_types(kind).contains(&sql_type)
}

fn accepted_types(kind: KeyKind) -> &'static [&'static str] {
    match kind {
        KeyKind::Uuid => &["uuid"],
        KeyKind::Text => &["text", "character varying"],
        KeyKind::BigInt => &["bigint"],
    }
}

/// The index that a table without any other that leads with the tenant gets.
fn index_name(model: &ModelMeta) -> String {
    derived_name("IDX_", model.table, "_tenant_rls")
}

/// The trigger that guards the tenant column.
pub(crate) fn guard_name(model: &ModelMeta) -> String {
    derived_name("", model.table, "_tenant_guard")
}

/// `CREATE TRIGGER …`.
pub(crate) fn guard_trigger(model: &ModelMeta) -> Statement {
    Statement::new(
        "Runs it before every insert and update",
        format!(
            "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {}\nFOR EACH ROW EXECUTE FUNCTION {}()",
            quote_ident(&guard_name(model)),
            qualified(model.schema_name(), model.table),
            guard_function_name(model)
        ),
    )
}

fn up(model: &ModelMeta, config: &DatabaseConfig, places: &Template) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let plain = |description: &str, text: &str| Statement::new(description, places.fill(text));
    let mut statements = vec![
        pin_search_path(),
        block("Is there such a table, with such columns?", include_str!("sql/isolation/check.sql")),
        block(
            "Locks the tables in the order in which rows refer to them",
            include_str!("sql/isolation/lock.sql"),
        ),
        block("Can every row stay?", include_str!("sql/isolation/rows.sql")),
        plain(
            "Notes the table and its tenant column, for other tables",
            include_str!("sql/isolation/note_table.sql"),
        ),
        SCHEMA.save(places),
        block(
            "Owner and runtime role find the table's schema",
            include_str!("sql/isolation/grant_schema.sql"),
        ),
        block("Hands the table to the owner", include_str!("sql/isolation/owner.sql")),
        plain(
            "Notes which columns may be NULL, for the way back",
            include_str!("sql/isolation/save_nullability.sql"),
        ),
        block("Every row belongs to a tenant", include_str!("sql/isolation/tenant_not_null.sql")),
        block("The primary key leads with the tenant", include_str!("sql/isolation/primary_key.sql")),
        block(
            "Foreign keys between isolated tables carry the tenant",
            include_str!("sql/isolation/foreign_keys.sql"),
        ),
        block("Some index leads with the tenant", include_str!("sql/isolation/tenant_index.sql")),
        block("Names unique keys without the tenant", include_str!("sql/isolation/unique_keys.sql")),
        plain(
            "Notes the state of row-level security, for the way back",
            include_str!("sql/isolation/save_row_security.sql"),
        ),
        block("Sets aside policies that are not ours", include_str!("sql/isolation/other_policies.sql")),
        plain("Policies decide", "ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY"),
        plain("They decide for the owner too", "ALTER TABLE {{table}} FORCE ROW LEVEL SECURITY"),
    ];
    statements.extend(policies(model).iter().map(|policy| policy.create(model)));
    statements.extend(guard_function(model, config));
    statements.push(guard_trigger(model));
    statements.extend([
        TABLE.save(places),
        block(
            "The runtime role reads and writes rows, and nothing else",
            include_str!("sql/isolation/grant_table.sql"),
        ),
        unpin_search_path(),
    ]);
    statements
}

fn down(model: &ModelMeta, places: &Template) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let plain = |description: &str, text: &str| Statement::new(description, places.fill(text));
    let mut statements = vec![
        pin_search_path(),
        block(
            "Locks the tables in the order in which rows refer to them",
            include_str!("sql/isolation/lock.sql"),
        ),
        TABLE.restore(places),
        plain("Drops the trigger", "DROP TRIGGER IF EXISTS {{guard}} ON {{table}}"),
        plain("Drops its function", "DROP FUNCTION IF EXISTS {{guard_function}}()"),
    ];
    statements.extend(policies(model).iter().rev().map(|policy| policy.drop(model)));
    statements.extend([
        block("Policies that were set aside", include_str!("sql/isolation/restore_policies.sql")),
        block("Row-level security as before", include_str!("sql/isolation/restore_row_security.sql")),
        block("Drops the index, if it was made", include_str!("sql/isolation/drop_tenant_index.sql")),
        block("Foreign keys as before", include_str!("sql/isolation/restore_foreign_keys.sql")),
        block("The primary key as before", include_str!("sql/isolation/restore_primary_key.sql")),
        block("NULL where it was allowed", include_str!("sql/isolation/restore_nullability.sql")),
        block("The owner as before", include_str!("sql/isolation/restore_owner.sql")),
        block(
            "Other isolated tables of the schema still need its privileges",
            include_str!("sql/isolation/hand_over_schema.sql"),
        ),
        SCHEMA.restore(places),
        plain("Forgets the notes", include_str!("sql/forget.sql")),
        unpin_search_path(),
    ]);
    statements
}
