//! A connection of this module's own, whose warnings are heard.

use std::error::Error as _;

use diesel_async::AsyncPgConnection;
use futures_util::future::poll_fn;
use tokio_postgres::{AsyncMessage, Connection, NoTls, Socket, tls::NoTlsStream};

use crate::error::{Error, Result};

/// Connects for schema changes and checks. Must run in a tokio runtime, which drives the connection.
pub(crate) async fn connect(url: &str) -> Result<AsyncPgConnection> {
    let mut config: tokio_postgres::Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        Error::invalid_configuration(format!(
            "the database URL cannot be read ({error}{cause}); its form is postgresql://user:password@host:5432/database"
        ))
    })?;
    if config.get_application_name().is_none() {
        config.application_name("tenant-db");
    }
    let (client, connection) = config.connect(NoTls).await.map_err(|error| connect_error(&error))?;
    tokio::spawn(drive(connection));
    AsyncPgConnection::try_from(client)
        .await
        .map_err(|_| Error::Connect { reason: "the session could not be set up".to_owned() })
}

/// diesel-async drops notices when it drives a connection; ours name what a migration could not do.
async fn drive(mut connection: Connection<Socket, NoTlsStream>) {
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        // Of other messages nobody knows whether they quote rows (I10).
        let AsyncMessage::Notice(notice) = message else { continue };
        if !notice.message().starts_with("tenant_db:") {
            continue;
        }
        let hint = notice.hint().unwrap_or_default();
        match notice.severity() {
            "WARNING" => tracing::warn!(target: "tenant_db::database", hint, "{}", notice.message()),
            _ => tracing::info!(target: "tenant_db::database", hint, "{}", notice.message()),
        }
    }
}

/// The server's own words where it answered: they name a role or a database, never a password.
fn connect_error(error: &tokio_postgres::Error) -> Error {
    let reason = match (error.as_db_error(), error.source()) {
        (Some(answer), _) => answer.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    };
    Error::Connect { reason }
}
