//! A test's database with the tables under isolation, as the program's migrations make it.

use std::fs;
use std::path::Path;

use super::setup::DatabaseSetup;
use crate::database::{DatabaseConfig, migrations};
use crate::error::{Error, Result};

impl DatabaseSetup {
    /// Adds the diesel migrations of a folder, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] where the folder or one of its `up.sql` cannot be read.
    pub fn folder(mut self, folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let unreadable = |path: &Path, error: &std::io::Error| {
            Error::invalid_configuration(format!(
                "migrations cannot be read from {}: {error}",
                path.display()
            ))
        };
        let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        let mut scripts: Vec<_> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path().join("up.sql")))
            .filter(|script| script.is_file())
            .collect();
        scripts.sort();
        for script in scripts {
            let text = fs::read_to_string(&script).map_err(|error| unreadable(&script, &error))?;
            self = self.statement(text);
        }
        Ok(self)
    }

    /// Adds the [`migrations`] that isolate the tenants of the program's models, and names the roles that they make. Those
    /// that a [`folder`](Self::folder) before it holds already, because
    /// [`write_migrations`](crate::database::write_migrations) put them there, are not added again.
    ///
    /// ```
    /// use tenant_db::database::DatabaseConfig;
    /// use tenant_db::testing::DatabaseSetup;
    ///
    /// # fn main() -> tenant_db::Result<()> {
    /// let config = DatabaseConfig::default().with_role_prefix("shop_test")?;
    /// let setup = DatabaseSetup::new()
    ///     .statement("CREATE TABLE customers (tenant_id uuid, id uuid, name text, PRIMARY KEY (tenant_id, id))")
    ///     .isolation(&config)?;
    /// # let _ = setup;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`migrations`].
    pub fn isolation(mut self, config: &DatabaseConfig) -> Result<Self> {
        for migration in migrations(config)? {
            let script = migration.up_sql();
            if self.statements_in_template().iter().any(|there| there.contains(script.trim())) {
                continue;
            }
            self = self.statements(migration.up.iter().map(ToString::to_string));
        }
        for role in [config.owner_role(), config.migrator_role(), config.runtime_role()] {
            self = self.role(role);
        }
        // PostgreSQL does not copy the privileges of a database with the database.
        Ok(self.statement_after_copy(crate::database::database_privileges(config).sql()))
    }
}
