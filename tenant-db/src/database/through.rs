//! The migration of a table without a tenant column, whose rows belong to the tenant of a parent row.

use super::base::{pin_search_path, unpin_search_path};
use super::config::DatabaseConfig;
use super::constraints::list;
use super::identifier::{check_identifier, derived_name, qualified, quote_ident, quote_literal};
use super::isolation::{names, table_places};
use super::migration_name;
use super::policies::policies;
use super::privileges::{SCHEMA, TABLE};
use super::statement::{Migration, Statement};
use super::template::Template;
use crate::error::{Error, Result};
use crate::meta::ModelMeta;

pub(super) fn migration(
    model: &ModelMeta,
    parent: &ModelMeta,
    foreign_key: &[&str],
    distance: usize,
    config: &DatabaseConfig,
) -> Result<Migration> {
    check_identifier("a schema", model.schema_name())?;
    check_identifier("a table", model.table)?;
    if foreign_key.len() != parent.primary_key.len() {
        return Err(Error::invalid_configuration(format!(
            "{}::{} is reached through {} columns, and the primary key of {} has {} beside the tenant",
            model.module,
            model.name,
            foreign_key.len(),
            parent.name,
            parent.primary_key.len()
        )));
    }
    let name = migration_name::of_table(&format!("tenant_db_through_{distance}"), model);
    let parent_table = qualified(parent.schema_name(), parent.table);
    let places = table_places(model, config)
        .with("migration", quote_literal(&name))
        .with("parent_name", quote_literal(&parent_table))
        .with("foreign_key", names(foreign_key))
        .with("foreign_columns", list(foreign_key))
        .with("index", quote_ident(&index_name(model, foreign_key)));
    Ok(Migration { up: up(model, &places), down: down(model, &places), name })
}

/// `IDX_credentials_user_rls` for `user_id`.
fn index_name(model: &ModelMeta, foreign_key: &[&str]) -> String {
    let columns: Vec<&str> =
        foreign_key.iter().map(|column| column.strip_suffix("_id").unwrap_or(column)).collect();
    derived_name("IDX_", &format!("{}_{}", model.table, columns.join("_")), "_rls")
}

fn up(model: &ModelMeta, places: &Template) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let plain = |description: &str, text: &str| Statement::new(description, places.fill(text));
    let mut statements = vec![
        pin_search_path(),
        block("Is there such a table, with such columns?", include_str!("sql/through/check.sql")),
        plain("Notes the table, for other tables", include_str!("sql/note_table.sql")),
        SCHEMA.save(places),
        block(
            "Owner and runtime role find the table's schema",
            include_str!("sql/isolation/grant_schema.sql"),
        ),
        block("Hands the table to the owner", include_str!("sql/isolation/owner.sql")),
        plain(
            "Notes which columns may be NULL, for the way back",
            include_str!("sql/through/save_nullability.sql"),
        ),
        block("Every row has a parent", include_str!("sql/through/not_null.sql")),
        block("Some index leads with the parent", include_str!("sql/through/index.sql")),
        plain(
            "Notes the state of row-level security, for the way back",
            include_str!("sql/isolation/save_row_security.sql"),
        ),
        block("Sets aside policies that are not ours", include_str!("sql/isolation/other_policies.sql")),
        plain("Policies decide", "ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY"),
        plain("They decide for the owner too", "ALTER TABLE {{table}} FORCE ROW LEVEL SECURITY"),
    ];
    statements.extend(policies(model).iter().map(|policy| policy.create(model)));
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
    let mut statements = vec![pin_search_path(), TABLE.restore(places)];
    statements.extend(policies(model).iter().rev().map(|policy| policy.drop(model)));
    statements.extend([
        block("Policies that were set aside", include_str!("sql/isolation/restore_policies.sql")),
        block("Row-level security as before", include_str!("sql/isolation/restore_row_security.sql")),
        block("Drops the index, if it was made", include_str!("sql/isolation/drop_tenant_index.sql")),
        block("NULL where it was allowed", include_str!("sql/isolation/restore_nullability.sql")),
        block("The owner as before", include_str!("sql/isolation/restore_owner.sql")),
        block(
            "Other tables of the schema still need its privileges",
            include_str!("sql/isolation/hand_over_schema.sql"),
        ),
        SCHEMA.restore(places),
        Statement::new("Forgets the notes", places.fill(include_str!("sql/forget.sql"))),
        unpin_search_path(),
    ]);
    statements
}
