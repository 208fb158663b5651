//! Two databases: one in which A lives among others, and one that A has alone.

use std::time::Duration;

use tenant_db::danger;
use tenant_db::database::DatabaseConfig;
use tenant_db::prelude::*;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use uuid::Uuid;

use crate::at::{At, Place, Who};
use crate::layer::{Layer, Mistake};
use crate::program::Program;
use crate::schema::{SQL, TABLES};

/// What keeps a program from being run at all, which is no finding.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// A pair of databases for one program at a time.
pub(crate) struct Pair {
    pub(crate) shared: Side,
    pub(crate) alone: Side,
}

impl Pair {
    pub(crate) async fn new(layer: Layer, mistake: Option<Mistake>) -> Result<Self, Trouble> {
        let server = Postgres::shared().await?;
        let prefix = match server.source() {
            ServerSource::FromEnvironment { throwaway: false, .. } => unique_name("oracle"),
            _ => "oracle".to_owned(),
        };
        let config = DatabaseConfig::default().with_role_prefix(&prefix)?;
        let setup = DatabaseSetup::new()
            .statement(SQL)
            .isolation(&config)?
            .statement(layer.sql())
            .statement(mistake.map(Mistake::sql).unwrap_or_default());
        let side = async |others| {
            let database = server.create_database(&setup).await?;
            let intact = layer != Layer::BuilderAlone && mistake.is_none();
            Side::new(database, config.clone(), others, intact).await
        };
        Ok(Self { shared: side(true).await?, alone: side(false).await? })
    }

    /// Connects anew: sessions remember every statement that they have prepared, and random programs repeat few.
    pub(crate) async fn refresh(&mut self) -> Result<(), Trouble> {
        self.shared.connect(false).await?;
        self.alone.connect(false).await
    }

    /// Empties both, and gives each the rows that the program begins with.
    pub(crate) async fn begin(&self, program: &Program) -> Result<(), Trouble> {
        tokio::try_join!(self.shared.begin(program), self.alone.begin(program))?;
        Ok(())
    }
}

/// A database, and the program's and a superuser's connections to it.
pub(crate) struct Side {
    database: TestDatabase,
    config: DatabaseConfig,
    db: TenantDb,
    contexts: [TenantContext<AnyRole, Uuid>; 3],
    admin: Client,
    /// Whether there is anybody but A.
    pub(crate) others: bool,
}

impl Side {
    async fn new(
        database: TestDatabase,
        config: DatabaseConfig,
        others: bool,
        intact: bool,
    ) -> Result<Self, Trouble> {
        let context =
            |who: Who| danger::context("a test has no users", Identity::new(who.tenant(), "oracle"));
        let contexts = [context(Who::A)?, context(Who::B)?, context(Who::C)?];
        let (admin, connection) = tokio_postgres::connect(database.admin_url(), NoTls).await?;
        tokio::spawn(connection);
        // Rows are put there and taken away without triggers and foreign keys.
        admin.batch_execute("SET session_replication_role = replica").await?;
        let db = connect(&database, &config, intact).await?;
        Ok(Self { database, config, db, contexts, admin, others })
    }

    async fn connect(&mut self, verified: bool) -> Result<(), Trouble> {
        self.db = connect(&self.database, &self.config, verified).await?;
        Ok(())
    }

    async fn begin(&self, program: &Program) -> Result<(), Trouble> {
        let mut sql: String = TABLES.map(|table| format!("DELETE FROM {table};")).concat();
        for (who, seed) in Who::ALL.into_iter().zip(&program.seeds) {
            if self.others || who == Who::A {
                sql.push_str(&seed.sql(who));
            }
        }
        Ok(self.admin.batch_execute(&sql).await?)
    }

    pub(crate) fn at(&self, who: Who) -> At<'_> {
        let context = &self.contexts[usize::from(who.number())];
        At { who, place: Place::Alone(&self.db, context) }
    }

    pub(crate) async fn transaction(&self, who: Who) -> tenant_db::Result<Transaction<AnyRole, Uuid>> {
        self.db.begin(&self.contexts[usize::from(who.number())]).await
    }

    /// A's rows, as a superuser sees them.
    pub(crate) async fn truth(&self) -> Result<Vec<String>, Trouble> {
        let tenant = Who::A.tenant();
        let query = format!(
            "SELECT 'customer ' || t::text FROM customers t WHERE tenant_id = '{tenant}'
             UNION ALL SELECT 'invoice ' || t::text FROM invoices t WHERE tenant_id = '{tenant}'
             UNION ALL SELECT 'document ' || (shelf, slot, customer_id, title, version, deleted_at IS NULL)::text
                 FROM documents WHERE tenant_id = '{tenant}'
             UNION ALL SELECT 'account ' || t::text FROM accounts t WHERE tenant_id = '{tenant}'
             UNION ALL SELECT 'credential ' || t::text FROM credentials t JOIN accounts a ON a.id = t.account_id
                 WHERE tenant_id = '{tenant}'
             UNION ALL SELECT 'challenge ' || t::text FROM challenges t JOIN credentials c ON c.id = t.credential_id
                 JOIN accounts a ON a.id = c.account_id WHERE tenant_id = '{tenant}'
             ORDER BY 1"
        );
        let messages = self.admin.simple_query(&query).await?;
        Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect())
    }
}

async fn connect(
    database: &TestDatabase,
    config: &DatabaseConfig,
    verified: bool,
) -> tenant_db::Result<TenantDb> {
    let builder = TenantDb::builder(database.url(config.runtime_role()))
        .database(config.clone())
        .pool_size(4)
        // Nobody waits for anybody else's rows, unless something is wrong.
        .lock_timeout(Duration::from_secs(2))
        .acquire_timeout(Duration::from_secs(60));
    let builder = if verified {
        builder
    } else {
        builder.verification(danger::skip_verification(
            "the oracle has broken the database, or has verified it before",
        ))
    };
    builder.connect().await
}
