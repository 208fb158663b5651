//! One database per test, copied from a template that is built once.

use std::time::Duration;

use super::launch::{LaunchError, ServerUrl, ServerVersion};
use super::setup::DatabaseSetup;
use super::sql::{Session, identifier, literal};

/// One lock for all templates. Building two at a time would let their statements about roles, which belong to the
/// whole server, collide with "tuple concurrently updated".
const LOCK: &str = "SELECT pg_advisory_lock(7236270185)";

/// Copies the template of `setup` to `database`, building the template if this is its first use.
pub(super) async fn copy(
    url: &ServerUrl,
    version: ServerVersion,
    setup: &DatabaseSetup,
    database: &str,
) -> Result<(), LaunchError> {
    let session = Session::open(&url.admin()).await?;
    let template = setup.template_name();
    if !exists(&session, &template).await? {
        build(url, &session, version, setup).await?;
    }
    when_unused(&session, &create(database, Some(&template), version)).await
}

/// Copying files takes half as long as writing pages to the log, as long as nobody waits for the disk. Before
/// PostgreSQL 15 it was the only way, and had no name.
fn create(database: &str, template: Option<&str>, version: ServerVersion) -> String {
    let template = template.map(|name| format!(" TEMPLATE {}", identifier(name))).unwrap_or_default();
    let strategy = if version.major() >= 15 { " STRATEGY FILE_COPY" } else { "" };
    format!("CREATE DATABASE {}{template}{strategy}", identifier(database))
}

/// Runs a statement that needs a database without connections: those that were closed take a moment to go.
async fn when_unused(session: &Session, statement: &str) -> Result<(), LaunchError> {
    let mut patience = 100;
    loop {
        match session.try_execute(statement).await {
            Err(failure) if failure.code.as_deref() == Some("55006") && patience > 0 => {
                patience -= 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome.map_err(|failure| failure.error),
        }
    }
}

/// Builds the template under another name, so that a builder that dies halfway leaves none that looks finished.
async fn build(
    url: &ServerUrl,
    session: &Session,
    version: ServerVersion,
    setup: &DatabaseSetup,
) -> Result<(), LaunchError> {
    let template = setup.template_name();
    // A session of its own: when it closes, also halfway, the lock goes.
    let lock = Session::open(&url.admin()).await?;
    lock.execute(LOCK).await?;
    if exists(session, &template).await? {
        return Ok(());
    }
    let unfinished = format!("{template}_unfinished");
    session.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(&unfinished))).await?;
    session.execute(&create(&unfinished, None, version)).await?;
    run(url, &unfinished, setup.statements_in_template()).await?;
    let rename = format!("ALTER DATABASE {} RENAME TO {}", identifier(&unfinished), identifier(&template));
    when_unused(session, &rename).await
}

/// Runs `statements` in `database` as the administrator.
pub(super) async fn run(url: &ServerUrl, database: &str, statements: &[String]) -> Result<(), LaunchError> {
    if statements.is_empty() {
        return Ok(());
    }
    let session = Session::open(&url.admin_of(database)).await?;
    for statement in statements {
        session.execute(statement).await?;
    }
    Ok(())
}

async fn exists(session: &Session, database: &str) -> Result<bool, LaunchError> {
    session.has_rows(&format!("SELECT FROM pg_database WHERE datname = {}", literal(database))).await
}
