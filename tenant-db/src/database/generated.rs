//! [`Generated`]: a migration of this crate as diesel's harness applies it.

use std::fmt;

use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration as DieselMigration, MigrationMetadata, MigrationName, MigrationVersion, Result as DieselResult,
};
use diesel::pg::Pg;

use super::identifier::fnv1a;
use super::statement::{Migration, Statement};

/// The longest version that diesel's table of applied migrations keeps.
const MAX_VERSION: usize = 50;

/// A migration made in memory. Its version is its name, which sorts after every timestamp, and base before tables.
pub(super) struct Generated {
    migration: Migration,
    name: Name,
}

struct Name {
    name: String,
    version: String,
}

struct InTransaction;

impl Generated {
    pub(super) fn new(migration: Migration) -> Self {
        let name = migration.name.clone();
        let version = match name.get(..MAX_VERSION - 17) {
            Some(start) if name.len() > MAX_VERSION => format!("{start}_{:016x}", fnv1a(&name)),
            _ => name.clone(),
        };
        Self { migration, name: Name { name, version } }
    }
}

impl DieselMigration<Pg> for Generated {
    fn run(&self, connection: &mut dyn BoxableConnection<Pg>) -> DieselResult<()> {
        execute(&self.migration.up, connection)
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<Pg>) -> DieselResult<()> {
        execute(&self.migration.down, connection)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &InTransaction
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

impl MigrationMetadata for InTransaction {}

impl MigrationName for Name {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.version.clone())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn execute(statements: &[Statement], connection: &mut dyn BoxableConnection<Pg>) -> DieselResult<()> {
    for statement in statements {
        connection.batch_execute(statement.sql())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_fit_and_sort_base_first_and_after_timestamps() {
        let version = |name: &str| {
            let migration = Migration { name: name.to_owned(), up: Vec::new(), down: Vec::new() };
            Generated::new(migration).name.version
        };
        let long = "tenant_db_isolate_a_table_whose_name_is_rather_long";
        assert!(version(long).len() <= MAX_VERSION);
        assert_ne!(version(long), version(&format!("{long}er")));
        assert!(version("tenant_db_base") < version("tenant_db_isolate_a"));
        assert!(version("tenant_db_base").as_str() > "99991231235959");
    }
}
