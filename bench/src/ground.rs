//! A server with the tables under isolation and rows of several tenants in them.

use tenant_db::database::DatabaseConfig;
use tenant_db::testing::{DatabaseSetup, Postgres, Proxy, ServerSource, TestDatabase, unique_name};
use uuid::Uuid;

use crate::models::SCHEMA;
use crate::{Result, query};

/// How many customers each tenant has.
pub const CUSTOMERS: u64 = 1_000;
/// How many rows a page has.
pub const PAGE: usize = 50;
/// How many tenants there are.
const TENANTS: u64 = 16;
/// The name that qail-pg gives to the setting, and cannot be talked out of. Everybody uses it, so that there is one policy.
const SETTING: &str = "app.current_tenant_id";
const PASSWORD: &str = "benchmark";
/// Several pools of eight, of which two or three are open at a time.
const CONNECTIONS: &str = "200";

/// The `n`th tenant, counted without end.
#[must_use]
pub fn tenant_id(n: u64) -> Uuid {
    Uuid::from_u64_pair(n % TENANTS + 1, 0)
}

/// The `n`th customer of `tenant`, counted without end.
#[must_use]
pub fn customer_id(tenant: Uuid, n: u64) -> Uuid {
    Uuid::from_u64_pair(tenant.as_u64_pair().0, n % CUSTOMERS + 1)
}

/// A database with the tables under isolation, and rows of several tenants in them.
#[derive(Debug)]
pub struct Ground {
    // Dropped before its server.
    database: TestDatabase,
    config: DatabaseConfig,
    url: String,
    own: Option<Postgres>,
}

impl Ground {
    /// On a server of its own that listens on a port, since not every contestant speaks to sockets.
    ///
    /// # Errors
    ///
    /// Where there is no PostgreSQL to start, or it refuses something.
    pub async fn new() -> Result<Self> {
        let server = Postgres::builder().tcp().setting("max_connections", CONNECTIONS).start().await?;
        let config = config("bench")?;
        let database = server.create_database(&setup(&config)?).await?;
        let role = config.runtime_role();
        database.execute(&format!("ALTER ROLE {role} PASSWORD '{PASSWORD}'")).await?;
        let url = server.tcp_url(role, PASSWORD, database.name()).ok_or("the server has no port")?;
        let ground = Self { database, config, url, own: Some(server) };
        ground.fill().await?;
        Ok(ground)
    }

    /// On the server that tests share, wherever it comes from.
    ///
    /// # Errors
    ///
    /// As [`Ground::new`].
    pub async fn shared() -> Result<Self> {
        let server = Postgres::shared().await?;
        // Roles belong to the server. On one of our own they may be shared; on somebody else's they must be new.
        let prefix = match server.source() {
            ServerSource::FromEnvironment { throwaway: false, .. } => unique_name("tdb_bench"),
            _ => "tdb_bench".to_owned(),
        };
        let config = config(&prefix)?;
        let database = server.create_database(&setup(&config)?).await?;
        let url = database.url(config.runtime_role());
        let ground = Self { database, config, url, own: None };
        ground.fill().await?;
        Ok(ground)
    }

    async fn fill(&self) -> Result<()> {
        let role = self.config.runtime_role();
        // tenant-db takes `set_config` from the role that serves requests, because an injected call could switch
        // tenants. The others cannot work without it, so here that role has it.
        self.execute(&format!(
            "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {role};
             INSERT INTO customers
             SELECT (lpad(to_hex(tenant), 16, '0') || lpad('', 16, '0'))::uuid,
                    (lpad(to_hex(tenant), 16, '0') || lpad(to_hex(n), 16, '0'))::uuid,
                    'Customer ' || n, 'customer-' || n || '@example.com', n
             FROM generate_series(1, {TENANTS}) tenant, generate_series(1, {CUSTOMERS}) n"
        ))
        .await?;
        self.tidy().await
    }

    /// Takes away what a contestant wrote, so that the next one finds the tables as the first did.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn tidy(&self) -> Result<()> {
        self.execute("TRUNCATE orders, reports").await?;
        self.execute("VACUUM (ANALYZE) customers").await?;
        self.execute("CHECKPOINT").await
    }

    /// Runs SQL as a superuser.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.database.execute(sql).await?)
    }

    /// The one value that a query of a superuser answers with.
    ///
    /// # Errors
    ///
    /// Those of the server, and where there is no value.
    pub async fn text(&self, sql: &str) -> Result<String> {
        let rows = self.database.query_text(sql).await?;
        Ok(rows.into_iter().flatten().flatten().next().ok_or("no value")?)
    }

    /// The one number that a query of a superuser answers with.
    ///
    /// # Errors
    ///
    /// As for [`Ground::text`], and where the value is no number.
    pub async fn number(&self, sql: &str) -> Result<u64> {
        Ok(self.text(sql).await?.parse()?)
    }

    /// Makes another role, with `attributes`, and gives its URL.
    ///
    /// # Errors
    ///
    /// Those of the server, and where it is not our own.
    pub async fn log_in_as(&self, role: &str, attributes: &str) -> Result<String> {
        let server = self.own.as_ref().ok_or("roles are made on a server of our own only")?;
        self.execute(&format!("CREATE ROLE {role} LOGIN {attributes} PASSWORD '{PASSWORD}'")).await?;
        Ok(server.tcp_url(role, PASSWORD, self.database.name()).ok_or("the server has no port")?)
    }

    /// The server itself, without anything in between.
    #[must_use]
    pub fn target(&self) -> Target {
        Target { url: self.url.clone(), config: self.config.clone() }
    }
}

fn config(prefix: &str) -> Result<DatabaseConfig> {
    Ok(DatabaseConfig::default().with_role_prefix(prefix)?.with_setting(SETTING)?)
}

fn setup(config: &DatabaseConfig) -> Result<DatabaseSetup> {
    Ok(DatabaseSetup::new().statement(SCHEMA).statement(query::models::SCHEMA).isolation(config)?)
}

/// Where a contestant connects to, and as whom.
#[derive(Debug, Clone)]
pub struct Target {
    /// With the runtime role, which row-level security binds.
    pub url: String,
    /// The names that tenant-db uses.
    pub config: DatabaseConfig,
}

impl Target {
    /// The same, reached through a proxy.
    #[must_use]
    pub fn through(&self, proxy: &Proxy) -> Self {
        Self { url: proxy.url(), config: self.config.clone() }
    }

    /// The setting that carries the tenant.
    #[must_use]
    pub fn setting(&self) -> &str {
        self.config.setting()
    }
}
