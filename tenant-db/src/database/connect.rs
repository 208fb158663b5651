//! A connection of this module's own, whose warnings are heard.

use diesel_async::AsyncPgConnection;

use crate::error::Result;
use crate::session::connect::{Connector, Target};
use crate::session::{Choices, SessionSettings};

/// Connects for schema changes and checks. Must run in a tokio runtime, which drives the connection.
pub(crate) async fn connect(url: &str) -> Result<AsyncPgConnection> {
    let (target, choices) = Target::parse(url, &Choices::default())?;
    let chosen = choices.session(|_| true)?;
    // Migrations take as long as they take, whatever a URL that they share with the program says of its statements.
    let session =
        SessionSettings { application_name: chosen.application_name, ..SessionSettings::without_limits() };
    Ok(Connector::new(target, session)?.connect().await?.connection)
}
