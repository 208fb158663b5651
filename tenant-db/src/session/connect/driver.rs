//! [`Driver`]: the task that moves a connection's bytes.

use std::future::poll_fn;

use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Connection};

use super::batch::Batched;
use super::stream::Stream;
use super::unnamed::Unnamed;

/// What the driver reads and writes.
type Wire = Batched<Unnamed<Stream>>;

/// The task that moves a connection's bytes. Dropped, it lets the task finish by itself: after the last answer that is
/// outstanding when the client goes away, it takes leave of the server.
#[derive(Debug)]
pub(crate) struct Driver {
    task: AbortHandle,
}

impl Driver {
    pub(super) fn spawn(connection: Connection<Wire, Wire>) -> Self {
        Self { task: tokio::spawn(drive(connection)).abort_handle() }
    }

    /// Closes the socket at once, whatever is on its way.
    pub(crate) fn kill(&self) {
        self.task.abort();
    }
}

async fn drive(mut connection: Connection<Wire, Wire>) {
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
