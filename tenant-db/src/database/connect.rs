//! A connection of this module's own, whose warnings are heard.

use diesel_async::AsyncPgConnection;

use crate::error::Result;
use crate::session::SessionSettings;
use crate::session::connect::{Connector, Target};

/// Connects for schema changes and checks. Must run in a tokio runtime, which drives the connection.
pub(crate) async fn connect(url: &str) -> Result<AsyncPgConnection> {
    let target = Target::parse(url)?;
    // Migrations take as long as they take.
    let mut session = SessionSettings::without_limits();
    if let Some(name) = target.application_name() {
        session.application_name = name.to_owned();
    }
    Ok(Connector::new(target, session)?.connect().await?.connection)
}
