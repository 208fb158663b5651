//! Runs the service: on the database of `DATABASE_URL`, or with two tenants on a throw-away server.

use std::env;
use std::error::Error;

use identity::database::{self, ROLES, config};
use identity::{Lifetimes, Service, router};
use tenant_db::TenantDb;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};
use tokio::net::TcpListener;
use uuid::Uuid;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Until the end of the program: dropped, a throw-away database is gone.
    let (service, _database) = match env::var("DATABASE_URL") {
        Ok(url) => (on_database_of_yours(&url).await?, None),
        Err(_) => {
            let (service, database) = on_throw_away_server().await?;
            (service, Some(database))
        }
    };
    let listener = TcpListener::bind(env::var("LISTEN").as_deref().unwrap_or("127.0.0.1:8080")).await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(service)).await?;
    Ok(())
}

/// `DATABASE_URL` is that of the runtime role. `MIGRATION_URL`, if given, is that of a role that may change the schema: then
/// migrations are applied first. `identity found <e-mail>` sets up a tenant, with the password of `ADMIN_PASSWORD`.
async fn on_database_of_yours(url: &str) -> Result<Service, Box<dyn Error>> {
    let config = config(ROLES)?;
    if let Ok(url) = env::var("MIGRATION_URL") {
        for migration in database::migrate(&url, &config).await? {
            println!("applied {migration}");
        }
    }
    let service =
        Service::new(TenantDb::builder(url).database(config).connect().await?, Lifetimes::default());
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [verb, email] = &arguments[..]
        && verb == "found"
    {
        let tenant = Uuid::now_v7();
        service.found_tenant(tenant, email, env::var("ADMIN_PASSWORD")?.into()).await?;
        println!("tenant {tenant}");
    }
    Ok(service)
}

/// Two tenants, with passwords that nobody else will ever use.
async fn on_throw_away_server() -> Result<(Service, TestDatabase), Box<dyn Error>> {
    let server = Postgres::shared().await?;
    // Roles belong to the server: on somebody else's they must be new.
    let prefix = match server.source() {
        ServerSource::FromEnvironment { throwaway: false, .. } => unique_name(ROLES),
        _ => ROLES.to_owned(),
    };
    let config = config(&prefix)?;
    let setup = DatabaseSetup::new().folder(database::tables())?.isolation(&config)?;
    let database = server.create_database(&setup.folder(database::policies())?).await?;
    let url = database.url(config.runtime_role());
    let service =
        Service::new(TenantDb::builder(url).database(config).connect().await?, Lifetimes::default());
    println!("PostgreSQL {}: a database that is gone when this ends", server.version());
    for host in ["acme.example", "globex.example"] {
        let (tenant, email) = (Uuid::now_v7(), format!("admin@{host}"));
        let password = Uuid::new_v4().simple().to_string();
        service.found_tenant(tenant, &email, password.clone().into()).await?;
        println!("\n{host}: tenant {tenant}\n  e-mail    {email}\n  password  {password}");
        println!(
            "  curl -s http://127.0.0.1:8080/tenants/{tenant}/login -H 'content-type: application/json' \\\n    \
             -d '{{\"email\": \"{email}\", \"password\": \"{password}\"}}'"
        );
    }
    println!();
    Ok((service, database))
}
