//! The migration of a table that belongs to no tenant: everybody reads it, and nobody writes it but the owner.

use super::base::{pin_search_path, unpin_search_path};
use super::config::DatabaseConfig;
use super::identifier::{check_identifier, quote_literal};
use super::isolation::table_places;
use super::migration_name;
use super::privileges::{SCHEMA, TABLE};
use super::statement::{Migration, Statement};
use crate::error::Result;
use crate::meta::ModelMeta;

pub(super) fn migration(model: &ModelMeta, config: &DatabaseConfig) -> Result<Migration> {
    check_identifier("a schema", model.schema_name())?;
    check_identifier("a table", model.table)?;
    let name = migration_name::of_table("tenant_db_global", model);
    let places = table_places(model, config).with("migration", quote_literal(&name));
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let plain = |description: &str, text: &str| Statement::new(description, places.fill(text));
    let up = vec![
        pin_search_path(),
        block("Is there such a table?", include_str!("sql/global/check.sql")),
        plain("Notes the table, for other tables", include_str!("sql/note_table.sql")),
        SCHEMA.save(&places),
        block(
            "Owner and runtime role find the table's schema",
            include_str!("sql/isolation/grant_schema.sql"),
        ),
        block("Hands the table to the owner", include_str!("sql/isolation/owner.sql")),
        TABLE.save(&places),
        block("The runtime role reads rows, and nothing else", include_str!("sql/global/grant_table.sql")),
        unpin_search_path(),
    ];
    let down = vec![
        pin_search_path(),
        TABLE.restore(&places),
        block("The owner as before", include_str!("sql/isolation/restore_owner.sql")),
        block(
            "Other tables of the schema still need its privileges",
            include_str!("sql/isolation/hand_over_schema.sql"),
        ),
        SCHEMA.restore(&places),
        plain("Forgets the notes", include_str!("sql/forget.sql")),
        unpin_search_path(),
    ];
    Ok(Migration { up, down, name })
}
