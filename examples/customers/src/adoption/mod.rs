//! From a database that isolates nobody to one that isolates everybody, one table at a time.

mod checksum;
mod status;

use tenant_db::database::{DatabaseConfig, Migrator, model_migration, write_migrations_with};
use tenant_db::doctor::{self, Report};
use tenant_db::{Model, ModelMeta};
use tokio_postgres::{Client, NoTls};

use crate::error::{Error, Result};
use crate::models::{Item, Payment, Tcp};
pub use checksum::Checksum;
pub(crate) use status::report_to_json;
pub use status::{Status, TableStatus};

/// The tables in the order in which this example adopts them. Any order would do.
pub const TABLES: [&ModelMeta; 3] = [Tcp::META, Item::META, Payment::META];

/// The migration on which the others rest.
const BASE: &str = "tenant_db_base";

/// The names of the tables.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().map(|model| model.table)
}

/// The model that is kept in a table.
///
/// # Errors
///
/// [`Error::UnknownTable`].
pub fn model(table: &str) -> Result<&'static ModelMeta> {
    let model = TABLES.into_iter().find(|model| model.table == table);
    model.ok_or_else(|| Error::UnknownTable { table: table.to_owned() })
}

/// Roles with a prefix of this application's own, and the setting that carries the customer.
///
/// # Errors
///
/// Those of a prefix that no role can have.
pub fn config(prefix: &str) -> tenant_db::Result<DatabaseConfig> {
    DatabaseConfig::default().with_role_prefix(prefix)?.with_setting("app.current_customer_id")
}

/// The way of a database. It knows by itself how far it is: the database says which migrations were applied.
#[derive(Debug, Clone)]
pub struct Adoption {
    url: String,
    config: DatabaseConfig,
}

/// What is told while something takes its time: the step that begins now.
pub type Watch<'a> = &'a (dyn Fn(&str) + Sync);

impl Adoption {
    /// For the database at `url`, as an administrator who sees every row: a superuser, or a role with BYPASSRLS that may
    /// hand tables over.
    #[must_use]
    pub fn new(url: impl Into<String>, config: DatabaseConfig) -> Self {
        Self { url: url.into(), config }
    }

    /// The configuration for this moment: what is not adopted yet is pending. The service connects with it.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn config(&self) -> Result<DatabaseConfig> {
        let adopted = self.adopted().await?;
        Ok(self.config_with(|model| adopted.contains(&model.table)))
    }

    /// The tables that are adopted.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn adopted(&self) -> Result<Vec<&'static str>> {
        let missing = self.migrator(&self.config).pending().await?;
        let mut adopted = Vec::new();
        for model in TABLES {
            if !missing.contains(&self.migration(model)?) {
                adopted.push(model.table);
            }
        }
        Ok(adopted)
    }

    /// Finds out whether `table` could be adopted now, and changes nothing.
    ///
    /// # Errors
    ///
    /// [`tenant_db::Error::Migration`] says what is in the way, and what to do about it.
    pub async fn rehearse(&self, table: &str) -> Result<Vec<String>> {
        Ok(self.migrator(&self.config_after(table).await?).rehearse().await?)
    }

    /// Adopts one table: rehearses, sums up its rows, applies the migration, and looks whether they still come to that.
    /// Returns the names of what was applied; nothing where the table had been adopted before.
    ///
    /// # Errors
    ///
    /// [`tenant_db::Error::Migration`] where something is in the way: nothing has changed then. [`Error::RowsChanged`] where
    /// somebody wrote to the table meanwhile.
    pub async fn adopt(&self, table: &str, watch: Watch<'_>) -> Result<Vec<String>> {
        let config = self.config_after(table).await?;
        watch("rehearse the migration");
        self.migrator(&config).rehearse().await?;
        watch("sum up the rows");
        let before = self.checksum(table).await?;
        watch("apply the migration");
        let applied = self.migrator(&config).run().await?;
        watch("sum up the rows again");
        self.unchanged_since(table, before).await?;
        Ok(applied)
    }

    /// Gives one table back: everything about it is as it was before it was adopted.
    ///
    /// # Errors
    ///
    /// [`tenant_db::Error::Migration`] where it was not adopted, or something of later rests on what it got.
    pub async fn revert(&self, table: &str, watch: Watch<'_>) -> Result<()> {
        let name = self.migration(model(table)?)?;
        watch("sum up the rows");
        let before = self.checksum(table).await?;
        watch("revert the migration");
        self.migrator(&self.config).revert(name).await?;
        watch("sum up the rows again");
        self.unchanged_since(table, before).await
    }

    /// Gives back what no table needs any more: functions, roles, and what was taken from everybody.
    ///
    /// # Errors
    ///
    /// [`tenant_db::Error::Migration`] while a table is adopted.
    pub async fn leave(&self) -> Result<()> {
        Ok(self.migrator(&self.config).revert(BASE).await?)
    }

    /// What the library's verification says to a program that connects as the runtime role at `url`.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn verify(&self, url: &str) -> Result<Report> {
        Ok(doctor::check(url, &self.config().await?).await?)
    }

    /// Writes the migrations of the tables up to `table` as files that `diesel migration run` applies.
    ///
    /// # Errors
    ///
    /// Those of writing files.
    pub fn write(&self, table: &str, folder: &str) -> Result<Vec<std::path::PathBuf>> {
        let last = model(table)?.table;
        let after = names().skip_while(|name| *name != last).skip(1).collect::<Vec<_>>();
        Ok(write_migrations_with(folder, &self.config_with(|model| !after.contains(&model.table)))?)
    }

    /// What every table holds.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn checksums(&self) -> Result<Vec<(&'static str, Checksum)>> {
        let client = self.connect().await?;
        let mut checksums = Vec::new();
        for table in names() {
            checksums.push((table, Checksum::of(table, &client).await?));
        }
        Ok(checksums)
    }

    async fn checksum(&self, table: &str) -> Result<Checksum> {
        Checksum::of(model(table)?.table, &self.connect().await?).await
    }

    async fn unchanged_since(&self, table: &str, before: Checksum) -> Result<()> {
        let after = self.checksum(table).await?;
        if before == after {
            Ok(())
        } else {
            Err(Error::RowsChanged { table: table.to_owned(), before, after })
        }
    }

    /// As [`config`](Self::config), once `table` is adopted as well.
    async fn config_after(&self, table: &str) -> Result<DatabaseConfig> {
        let new = model(table)?;
        let adopted = self.adopted().await?;
        Ok(self.config_with(|model| model.table == new.table || adopted.contains(&model.table)))
    }

    fn config_with(&self, is_adopted: impl Fn(&ModelMeta) -> bool) -> DatabaseConfig {
        self.config.clone().with_pending(TABLES.into_iter().filter(|model| !is_adopted(model)))
    }

    fn migrator(&self, config: &DatabaseConfig) -> Migrator {
        Migrator::new(&self.url).isolation(config.clone())
    }

    fn migration(&self, model: &ModelMeta) -> Result<String> {
        Ok(model_migration(model, &self.config)?.name)
    }

    async fn connect(&self) -> Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}
