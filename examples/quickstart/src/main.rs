//! Two tenants sign in and work on their customers. Then one tries, in every way that a bug or an attacker could, to
//! reach what belongs to the other.
//!
//! Run it with `cargo xtask demo`.

mod attacks;
mod models;
mod schema;
mod sign_in;
mod terminal;
mod work;

use std::error::Error;
use std::time::Instant;

use tenant_db::database::DatabaseConfig;
use tenant_db::prelude::*;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};
use uuid::Uuid;

use attacks::Attack;
use models::Manager;
use sign_in::Tokens;
use terminal::{chapter, conclusion, remark, step, title};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    title("tenant-db: one database, two tenants, no way across");

    chapter(1, "A database that enforces isolation by itself");
    let (database, config) = prepare_database().await?;
    let url = database.url(config.runtime_role());
    let db = TenantDb::builder(&url).database(config.clone()).connect().await?;
    step("connect", "the database is exactly what the models promise");
    remark("Otherwise connect() lists what is wrong, with the SQL that mends it, and refuses.");

    chapter(2, "Two tenants sign in");
    let mut tokens = Tokens::default();
    let acme = sign_in(&mut tokens, Uuid::now_v7(), "ada@acme.example").await?;
    step("Acme: ada@acme.example", "role manager, for 15 minutes");
    let globex = sign_in(&mut tokens, Uuid::now_v7(), "hank@globex.example").await?;
    step("Globex: hank@globex.example", "role manager, for 15 minutes");
    let stranger = tokens.authenticate("not-a-token").await;
    if let Err(refusal) = stranger {
        step("Somebody with a made-up token", refusal);
    }
    remark(
        "A TenantContext comes from an Authenticator and from nowhere else. Without one no query compiles.",
    );

    chapter(3, "Each works on customers of its own");
    work::create_read_update_delete(&db, "Acme", &acme).await?;
    work::create_read_update_delete(&db, "Globex", &globex).await?;

    chapter(4, "Acme tries to reach Globex");
    let before = truth(&database).await?;
    let mut attack = Attack::new(&db, &acme, &globex).await?;
    attack.by_the_builder().await?;
    attack.by_raw_sql().await?;

    chapter(5, "What does not even compile");
    attacks::refused_by_the_compiler();
    remark("tests/ui/*/fail holds these programs, and the whole messages.");

    chapter(6, "Somebody switches layers off");
    database.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await?;
    step("Row-level security is disabled", "the query builder is alone now");
    attack.by_the_builder().await?;
    match TenantDb::builder(&url).database(config).connect().await {
        Err(tenant_db::Error::Misconfigured(report)) => {
            step("The next program that starts", "connect() refuses:");
            for line in report.to_string().lines() {
                remark(line);
            }
        }
        other => return Err(format!("connect() accepted a broken database: {other:?}").into()),
    }

    if attack.leaks > 0 || truth(&database).await? != before {
        return Err("an attack succeeded".into());
    }
    conclusion("Every attempt failed, and a superuser's look shows Globex's rows as they were.");
    Ok(())
}

/// A throw-away database with the table, and with isolation as the models ask for it.
async fn prepare_database() -> Result<(TestDatabase, DatabaseConfig), Box<dyn Error>> {
    let started = Instant::now();
    let server = Postgres::shared().await?;
    let origin = match server.source() {
        ServerSource::FromEnvironment { throwaway: false, .. } => "the server of TENANT_DB_TEST_URL",
        _ => "a server of its own, gone when this ends",
    };
    step(
        &format!("PostgreSQL {}", server.version()),
        format!("{origin} ({} ms)", started.elapsed().as_millis()),
    );

    let config = DatabaseConfig::default().with_role_prefix(&unique_name("quickstart"))?;
    let setup = DatabaseSetup::new()
        .folder(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))?
        .isolation(&config)?;
    let database = server.create_database(&setup).await?;
    step("create table customers", "from the example's diesel migrations");
    step("isolate it", "generated from #[derive(TenantScoped)]: roles, policies, trigger, grants");
    Ok((database, config))
}

async fn sign_in(tokens: &mut Tokens, tenant: Uuid, who: &str) -> tenant_db::Result<TenantContext<Manager>> {
    let token = tokens.issue(tenant, who);
    tokens.authenticate(&token).await?.as_role::<Manager>()
}

/// All rows, as a superuser sees them.
async fn truth(database: &TestDatabase) -> Result<Vec<Vec<Option<String>>>, Box<dyn Error>> {
    Ok(database.query_text("SELECT * FROM customers ORDER BY tenant_id, id").await?)
}
