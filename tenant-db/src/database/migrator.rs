//! [`Migrator`]: applies migrations to a database.

use std::fmt;
use std::path::PathBuf;

use diesel::migration::{Migration as DieselMigration, MigrationSource};
use diesel::pg::Pg;
use diesel_migrations::FileBasedMigrations;
use secrecy::{ExposeSecret, SecretString};

use super::config::DatabaseConfig;
use super::connect::connect;
use super::generated::Generated;
use super::harness::Harness;
use super::plan::migrations;
use crate::error::{Error, Result};

/// Applies diesel migrations, and those of this crate, with a role that may change the schema.
///
/// It connects for itself and gives the connection to nobody (I1). It works in and outside of any tokio runtime, on a
/// thread of its own. Each migration is a transaction, so a failure leaves the database at the end of the one before.
///
/// Warnings that the migrations raise (a unique key without the tenant, a right that was missing) are `tracing` events
/// of level WARN with target `tenant_db::database`.
///
/// ```no_run
/// use tenant_db::database::{DatabaseConfig, Migrator};
///
/// # async fn example(admin_url: &str) -> tenant_db::Result<()> {
/// let applied = Migrator::new(admin_url)
///     .folder("migrations")
///     .isolation(DatabaseConfig::default())
///     .run()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a migrator does nothing until `run`"]
pub struct Migrator {
    url: SecretString,
    folders: Vec<PathBuf>,
    embedded: Vec<Box<dyn MigrationSource<Pg> + Send>>,
    isolation: Option<DatabaseConfig>,
}

impl Migrator {
    /// Will connect to `url` with the rights of its role: a superuser, the owner of the database, or the migrator.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into().into(), folders: Vec::new(), embedded: Vec::new(), isolation: None }
    }

    /// Adds a folder of diesel migrations.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folders.push(path.into());
        self
    }

    /// Adds migrations that are part of the program: what `diesel_migrations::embed_migrations!` makes.
    pub fn embedded(mut self, source: impl MigrationSource<Pg> + Send + 'static) -> Self {
        self.embedded.push(Box::new(source));
        self
    }

    /// Adds the [`migrations`] of the program's models, after all others. Those that a folder holds already, because
    /// [`write_migrations`](super::write_migrations) put them there, are not added again.
    ///
    /// For tests and first steps. Under version control, and with the diesel command line, migrations are better
    /// written to a folder.
    pub fn isolation(mut self, config: DatabaseConfig) -> Self {
        self.isolation = Some(config);
        self
    }

    /// Applies what has not been applied, in the order of versions, and returns the names of what it applied.
    ///
    /// The work goes on to its end when the future is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] names the migration that failed and says why; those before it stay applied.
    /// [`Error::Connect`] where the database cannot be reached, [`Error::InvalidConfiguration`] for a folder that cannot
    /// be read or models that contradict one another.
    pub async fn run(self) -> Result<Vec<String>> {
        self.work(|harness, all| harness.run_pending(&all)).await
    }

    /// The names of the migrations that [`run`](Self::run) would apply, in its order. Changes nothing.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn pending(self) -> Result<Vec<String>> {
        self.work(|harness, all| harness.pending(&all)).await
    }

    /// Tries what [`run`](Self::run) would do, in one transaction that is rolled back, and returns the names of what it
    /// would apply. What would fail, fails here, with the same words; nothing stays.
    ///
    /// It takes the locks that the migrations take, so others wait for its end.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn rehearse(self) -> Result<Vec<String>> {
        self.work(|harness, pending| harness.rehearse(&pending)).await
    }

    /// Reverts one migration: the one of this name, which is as [`run`](Self::run) returned it. It must have been applied.
    ///
    /// Those that rest on it are to be reverted before; where one does, PostgreSQL refuses, and nothing has changed.
    ///
    /// ```no_run
    /// use tenant_db::database::{DatabaseConfig, Migrator};
    ///
    /// # async fn example(admin_url: &str) -> tenant_db::Result<()> {
    /// let migrator = Migrator::new(admin_url).isolation(DatabaseConfig::default());
    /// migrator.revert("tenant_db_isolate_customers").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] where no source has it, or it has not been applied, or it fails. Else as [`run`](Self::run).
    pub async fn revert(self, name: impl Into<String>) -> Result<()> {
        let name = name.into();
        let reverted = self.work(move |harness, all| {
            let known = all.iter().find(|migration| migration.name().to_string() == name);
            let Some(migration) = known else {
                return Err(Error::migration(name, "no source has a migration of this name"));
            };
            if !harness.applied()?.contains(&migration.name().version()) {
                return Err(Error::migration(name, "it has not been applied"));
            }
            Ok(vec![harness.revert(migration)?])
        });
        reverted.await.map(|_| ())
    }

    /// Reverts everything that has been applied, last first, and returns the names of what it reverted.
    ///
    /// The work goes on to its end when the future is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Migration`] names the migration that failed, or a version that was applied and is in none of the
    /// sources; those reverted before it stay reverted. Else as [`run`](Self::run).
    pub async fn revert_all(self) -> Result<Vec<String>> {
        self.work(|harness, all| {
            let applied = harness.applied()?;
            applied
                .iter()
                .map(|version| match all.iter().find(|known| known.name().version() == *version) {
                    Some(migration) => harness.revert(migration),
                    None => {
                        Err(Error::migration(version.to_string(), "it was applied, and no source has it"))
                    }
                })
                .collect()
        })
        .await
    }

    /// diesel's harness blocks, so it gets a thread, with a runtime of its own: the caller may have none, or one with a
    /// single thread, on which blocking would stop everything.
    async fn work<F>(self, work: F) -> Result<Vec<String>>
    where
        F: FnOnce(&mut Harness, Vec<Box<dyn DieselMigration<Pg>>>) -> Result<Vec<String>> + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        std::thread::Builder::new()
            .name("tenant-db-migrator".to_owned())
            .spawn(move || {
                // Nobody is left to tell where the future was dropped.
                let _ = send.send(self.work_here(work));
            })
            .map_err(|error| Error::migration("(none)", format!("no thread could be started: {error}")))?;
        receive.await.unwrap_or_else(|_| Err(Error::migration("(unknown)", "it panicked")))
    }

    fn work_here<F>(self, work: F) -> Result<Vec<String>>
    where
        F: FnOnce(&mut Harness, Vec<Box<dyn DieselMigration<Pg>>>) -> Result<Vec<String>> + Send + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::migration("(none)", format!("no runtime could be started: {error}")))?;
        runtime.block_on(async move {
            let connection = connect(self.url.expose_secret()).await?;
            let blocking = tokio::task::spawn_blocking(move || {
                let all = self.all()?;
                work(&mut Harness::new(connection)?, all)
            });
            blocking.await.unwrap_or_else(|_| Err(Error::migration("(unknown)", "it panicked")))
        })
    }

    fn all(&self) -> Result<Vec<Box<dyn DieselMigration<Pg>>>> {
        let mut all: Vec<Box<dyn DieselMigration<Pg>>> = Vec::new();
        for folder in &self.folders {
            let unreadable = |error: &dyn fmt::Display| {
                Error::invalid_configuration(format!(
                    "cannot read migrations in {}: {error}",
                    folder.display()
                ))
            };
            let source = FileBasedMigrations::from_path(folder).map_err(|error| unreadable(&error))?;
            all.extend(source.migrations().map_err(|error| unreadable(&error))?);
        }
        for source in &self.embedded {
            all.extend(source.migrations().map_err(|error| {
                Error::invalid_configuration(format!("cannot read the embedded migrations: {error}"))
            })?);
        }
        if let Some(config) = &self.isolation {
            let generated = migrations(config)?.into_iter().filter(|migration| {
                let ending = format!("_{}", migration.name);
                !all.iter().any(|known| known.name().to_string().ends_with(&ending))
            });
            let generated: Vec<_> = generated.map(Generated::new).collect();
            all.extend(
                generated.into_iter().map(|migration| Box::new(migration) as Box<dyn DieselMigration<Pg>>),
            );
        }
        all.sort_by(|one, other| one.name().version().cmp(&other.name().version()));
        match all.windows(2).find(|pair| pair[0].name().version() == pair[1].name().version()) {
            None => Ok(all),
            Some(pair) => Err(Error::invalid_configuration(format!(
                "migrations {} and {} have the same version; rename one of them",
                pair[0].name(),
                pair[1].name()
            ))),
        }
    }
}

impl fmt::Debug for Migrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrator")
            .field("folders", &self.folders)
            .field("isolation", &self.isolation)
            .finish_non_exhaustive()
    }
}
