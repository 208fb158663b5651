//! A database for one test.

#![allow(clippy::expect_used, reason = "a test that cannot be set up has to stop")]

use tenant_db::database::DatabaseConfig;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};
use tenant_db::{AnyRole, Identity, Role, TenantContext, TenantDb, TenantDbBuilder, TenantKey, danger};
use uuid::Uuid;

use crate::models::{Manager, SCHEMA};

/// A database with the models' tables under isolation, as the migrations make it.
#[derive(Debug)]
pub struct World {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl World {
    /// A new one.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// A new one, with the tables of models that the test itself declares.
    pub async fn with(tables: &str) -> Self {
        Self::on(Postgres::shared().await.expect("a PostgreSQL server"), tables).await
    }

    /// A new one on a server of the test's own.
    pub async fn on(server: &Postgres, tables: &str) -> Self {
        // Roles belong to the server. On one of our own they may be shared; on somebody else's they must be new.
        let prefix = match server.source() {
            ServerSource::FromEnvironment { throwaway: false, .. } => unique_name("tdb_test"),
            _ => "tdb_test".to_owned(),
        };
        let config = DatabaseConfig::default().with_role_prefix(&prefix).expect("a valid prefix");
        let setup = DatabaseSetup::new()
            .statement(SCHEMA)
            .statement(tables)
            .isolation(&config)
            .expect("models that do not contradict each other");
        let database = server.create_database(&setup).await.expect("a database");
        Self { database, config }
    }

    /// The URL of the runtime role.
    #[must_use]
    pub fn runtime_url(&self) -> String {
        self.database.url(self.config.runtime_role())
    }

    /// The URL of the role that may become the tables' owner.
    #[must_use]
    pub fn migrator_url(&self) -> String {
        self.database.url(self.config.migrator_role())
    }

    /// The URL of a superuser, whom no policy binds.
    #[must_use]
    pub fn admin_url(&self) -> &str {
        self.database.admin_url()
    }

    /// The names in this database.
    pub fn config(&self) -> &DatabaseConfig {
        &self.config
    }

    /// How a program connects.
    pub fn builder(&self) -> TenantDbBuilder {
        TenantDb::builder(self.runtime_url()).database(self.config.clone()).pool_size(4)
    }

    /// A program's connection, verified.
    pub async fn connect(&self) -> TenantDb {
        self.builder().connect().await.expect("a database that is as the models say")
    }

    /// A program's connection to a database that somebody broke.
    pub async fn connect_unverified(&self) -> TenantDb {
        let skip = danger::skip_verification("the test has broken the database on purpose");
        self.builder().verification(skip).connect().await.expect("a connection")
    }

    /// Runs SQL as a superuser, whom no policy binds.
    pub async fn execute(&self, sql: &str) {
        self.database.execute(sql).await.expect("SQL of the test itself");
    }

    /// Reads the truth as a superuser: rows of columns, as text.
    pub async fn truth(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.database.query_text(sql).await.expect("SQL of the test itself")
    }

    /// A context of a new tenant, with role [`Manager`].
    pub fn manager(&self) -> TenantContext<Manager> {
        self.context::<Manager, _>(Uuid::now_v7())
    }

    /// A context of `tenant` with role `R`.
    pub fn context<R: Role, K: TenantKey>(&self, tenant: K) -> TenantContext<R, K> {
        let identity = Identity::new(tenant, "test").with_role(R::NAME);
        danger::context("a test has no users", identity)
            .and_then(|context| context.as_role::<R>())
            .expect("a context")
    }

    /// A context of `tenant` for models that ask for no permission.
    pub fn plain_context<K: TenantKey>(&self, tenant: K) -> TenantContext<AnyRole, K> {
        danger::context("a test has no users", Identity::new(tenant, "test")).expect("a context")
    }
}

/// A session as the runtime role that this library has no part in: what somebody with the password can do.
pub async fn runtime_session(world: &World) -> tokio_postgres::Client {
    let (client, connection) =
        tokio_postgres::connect(&world.runtime_url(), tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

/// The SQLSTATE with which PostgreSQL refuses `sql`, or what it answered instead.
pub async fn rejected_with(client: &tokio_postgres::Client, sql: &str) -> Result<String, usize> {
    match client.simple_query(sql).await {
        Ok(messages) => Err(messages.len()),
        Err(error) => Ok(error.code().expect("an answer of the server").code().to_owned()),
    }
}
