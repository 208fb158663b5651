//! Runs the service: on the database of `DATABASE_URL`, or with two tenants on a throw-away server.

use std::env;
use std::error::Error;
use std::net::SocketAddr;

use identity::database::{self, ROLES, config};
use identity::{Lifetimes, Service, router};
use tenant_db::TenantDb;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};
use tokio::net::TcpListener;
use uuid::Uuid;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(url) = env::var("DATABASE_URL") {
        let service = on_database_of_yours(&url).await?;
        let arguments: Vec<String> = env::args().skip(1).collect();
        return match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => serve(listener().await?, service).await,
            ["found", email] => found(&service, email).await,
            _ => Err("usage: identity [found <e-mail of the first administrator>]".into()),
        };
    }
    let listener = listener().await?;
    // Until the end of the program: dropped, the database is gone.
    let (service, _database) = on_throw_away_server(listener.local_addr()?).await?;
    serve(listener, service).await
}

async fn listener() -> Result<TcpListener, Box<dyn Error>> {
    Ok(TcpListener::bind(env::var("LISTEN").as_deref().unwrap_or("127.0.0.1:8080")).await?)
}

async fn serve(listener: TcpListener, service: Service) -> Result<(), Box<dyn Error>> {
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router(service)).await?)
}

/// `DATABASE_URL` is that of the runtime role. `MIGRATION_URL`, if given, is that of a role that may change the schema: then
/// migrations are applied first.
async fn on_database_of_yours(url: &str) -> Result<Service, Box<dyn Error>> {
    let config = config(ROLES)?;
    if let Ok(url) = env::var("MIGRATION_URL") {
        for migration in database::migrate(&url, &config).await? {
            println!("applied {migration}");
        }
    }
    let db = TenantDb::builder(url).database(config).connect().await?;
    Ok(Service::new(db, Lifetimes::default()))
}

/// Sets up a tenant, with the password of `ADMIN_PASSWORD`: the arguments of a program are for everybody to see.
async fn found(service: &Service, email: &str) -> Result<(), Box<dyn Error>> {
    let password = env::var("ADMIN_PASSWORD").map_err(|_| "set ADMIN_PASSWORD")?;
    let tenant = Uuid::now_v7();
    service.found_tenant(tenant, email, password.into()).await?;
    println!("tenant {tenant}");
    Ok(())
}

/// Two tenants, with passwords that nobody else will ever use.
async fn on_throw_away_server(address: SocketAddr) -> Result<(Service, TestDatabase), Box<dyn Error>> {
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
    let db = TenantDb::builder(url).database(config).connect().await?;
    let service = Service::new(db, Lifetimes::default());
    println!("PostgreSQL {}: a database that is gone when this ends", server.version());
    for host in ["acme.example", "globex.example"] {
        let (tenant, email) = (Uuid::now_v7(), format!("admin@{host}"));
        let password = Uuid::new_v4().simple().to_string();
        service.found_tenant(tenant, &email, password.clone().into()).await?;
        println!(
            "\n{host}\n  curl -s http://{address}/tenants/{tenant}/login -H 'content-type: application/json' \\\n    \
             -d '{{\"email\": \"{email}\", \"password\": \"{password}\"}}'"
        );
    }
    println!();
    Ok((service, database))
}
