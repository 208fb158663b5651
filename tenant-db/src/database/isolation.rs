//! The migration that isolates the table of a model.

use super::base::{pin_search_path, role_places, unpin_search_path};
use super::config::DatabaseConfig;
use super::functions::{guard_function, guard_function_name};
use super::identifier::{check_identifier, derived_name, fnv1a, qualified, quote_ident, quote_literal};
use super::policies::policies;
use super::privileges::{SCHEMA, TABLE};
use super::statement::{Migration, Statement};
use super::template::Template;
use crate::error::{Error, Result};
use crate::meta::{ModelMeta, registered_models};
use crate::tenant::{KeyKind, MAX_TEXT_KEY};

/// The end of the name of the unique key that takes the place of a primary key on which foreign keys rest.
pub(crate) const KEPT_KEY_SUFFIX: &str = "_without_tenant_key";

/// The migration that isolates the table of `model`: owner, keys, row-level security, policies, trigger, grants.
///
/// The table must exist, and [`base_migration`](super::base_migration) must have been applied. No row is changed. The
/// way back puts back what was there: owner, primary key, nullability, privileges, flags.
///
/// Rows that cannot stay as they are (without a tenant, with a key that others have) make it fail before anything has
/// changed, and the message says what to do about them.
///
/// Foreign keys between two tables that are isolated carry the tenant from then on; a row that refers to a row of another
/// tenant makes it fail. Foreign keys of tables that are not isolated (yet) keep their target: its columns stay unique
/// under another constraint, and a WARNING names them. Other unique keys without the tenant are left alone and named by
/// a WARNING. Permissive policies that were there are set aside: they are for the owner of the table only, until the way back.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] for a name that PostgreSQL cannot keep whole.
pub fn model_migration(model: &ModelMeta, config: &DatabaseConfig) -> Result<Migration> {
    check_identifier("a schema", model.schema_name())?;
    check_identifier("a table", model.table)?;
    for column in model.primary_key.iter().chain([&model.tenant_column().unwrap_or_default()]) {
        check_identifier("a column", column)?;
    }
    let name = migration_name(model);
    let places = places(model, config).with("migration", quote_literal(&name));
    Ok(Migration { up: up(model, config, &places), down: down(model, &places), name })
}

/// The base migration, and one migration for each table of the program's models but those that
/// [`DatabaseConfig::with_pending`] leaves for later.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] where two models of one table disagree about its tenant or its key, or a name cannot
/// be kept.
pub fn migrations(config: &DatabaseConfig) -> Result<Vec<Migration>> {
    let mut models = registered_models();
    models.retain(|model| !config.is_pending(model));
    migrations_of(&models, config)
}

pub(crate) fn migrations_of(models: &[&ModelMeta], config: &DatabaseConfig) -> Result<Vec<Migration>> {
    let mut all = vec![super::base_migration(config)];
    for (at, model) in models.iter().enumerate() {
        match models[..at].iter().find(|earlier| is_same_table(earlier, model)) {
            None => all.push(model_migration(model, config)?),
            Some(earlier) => agree(earlier, model)?,
        }
    }
    Ok(all)
}

fn is_same_table(one: &ModelMeta, other: &ModelMeta) -> bool {
    one.schema_name() == other.schema_name() && one.table == other.table
}

fn agree(one: &ModelMeta, other: &ModelMeta) -> Result<()> {
    let difference = if one.tenant_column() != other.tenant_column() {
        "the tenant column"
    } else if one.key != other.key {
        "the type of the tenant key"
    } else if one.primary_key != other.primary_key {
        "the primary key"
    } else {
        return Ok(());
    };
    Err(Error::invalid_configuration(format!(
        "{}::{} and {}::{} are both kept in {} and disagree about {difference}; make them say the same",
        one.module,
        one.name,
        other.module,
        other.name,
        one.qualified_table()
    )))
}

/// Lower-case letters, digits and `_`; with a hash where the table's name is not made of these alone.
fn migration_name(model: &ModelMeta) -> String {
    let (schema, table) = (model.schema_name(), model.table);
    let is_plain = |name: &str| {
        name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_')) && name.len() <= 40
    };
    match schema {
        "public" if is_plain(table) => format!("tenant_db_isolate_{table}"),
        _ => {
            let plain =
                |name: &str| -> String {
                    name.chars()
                        .map(|character| {
                            if character.is_ascii_alphanumeric() {
                                character.to_ascii_lowercase()
                            } else {
                                '_'
                            }
                        })
                        .take(40)
                        .collect()
                };
            let hash = fnv1a(&qualified(schema, table)) >> 32;
            format!("tenant_db_isolate_{}_{}_{hash:08x}", plain(schema), plain(table))
        }
    }
}

fn literals(names: &[&str]) -> String {
    names.iter().map(|name| quote_literal(name)).collect::<Vec<_>>().join(", ")
}

/// The columns of the primary key, as a table with the alias `t` has them.
fn rows_key(model: &ModelMeta) -> String {
    model.primary_key.iter().map(|name| format!("t.{}", quote_ident(name))).collect::<Vec<_>>().join(", ")
}

/// Which rows have a tenant for which no context can be made: the text keys that `TenantValue` refuses.
fn unusable_key(model: &ModelMeta) -> String {
    let tenant = quote_ident(model.tenant_column().unwrap_or_default());
    match model.key {
        KeyKind::Text => format!("t.{tenant} = '' OR octet_length(t.{tenant}) > {MAX_TEXT_KEY}"),
        KeyKind::Uuid | KeyKind::BigInt => "false".to_owned(),
    }
}

fn columns(names: &[&str]) -> String {
    names.iter().map(|name| quote_ident(name)).collect::<Vec<_>>().join(", ")
}

fn places(model: &ModelMeta, config: &DatabaseConfig) -> Template {
    let (schema, table) = (model.schema_name(), model.table);
    let qualified_table = qualified(schema, table);
    role_places(config)
        .with("schema", quote_ident(schema))
        .with("schema_name", quote_literal(schema))
        .with("schema_literal", quote_literal(&quote_ident(schema)))
        .with("table", qualified_table.clone())
        .with("table_name", quote_literal(&qualified_table))
        .with("table_literal", quote_literal(&qualified_table))
        .with("tenant", quote_ident(model.tenant_column().unwrap_or_default()))
        .with("tenant_name", quote_literal(model.tenant_column().unwrap_or_default()))
        .with("tenant_type", quote_literal(model.key.sql_type()))
        .with("tenant_types", format!("ARRAY[{}]", literals(accepted_types(model.key))))
        .with("primary_key", format!("ARRAY[{}]::name[]", literals(model.primary_key)))
        .with("new_key_name", quote_literal(&derived_name("", table, "_pkey")))
        .with("spare_key_name", quote_literal(&derived_name("", table, "_tenant_pkey")))
        .with("kept_key_name", quote_literal(&derived_name("", table, KEPT_KEY_SUFFIX)))
        .with("key_columns", rows_key(model))
        .with("key_list", quote_literal(&columns(model.primary_key)))
        .with("unusable", unusable_key(model))
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
