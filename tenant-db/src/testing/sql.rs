//! The administrator's statements.

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::launch::LaunchError;

/// A connection of the administrator: bypasses row-level security, belongs to no pool, is closed when dropped.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
}

impl Session {
    pub(super) async fn open(url: &str) -> Result<Self, LaunchError> {
        let (client, connection) = tokio_postgres::connect(url, NoTls)
            .await
            .map_err(|error| LaunchError::Connect { source: error.into() })?;
        tokio::spawn(connection);
        Ok(Self { client })
    }

    pub(super) async fn execute(&self, sql: &str) -> Result<(), LaunchError> {
        self.client.batch_execute(sql).await.map_err(|error| failed(sql, error))
    }

    /// [`Session::execute`], with the SQLSTATE of a failure at hand.
    pub(super) async fn try_execute(&self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).await.map_err(|error| Failure {
            code: error.code().map(|code| code.code().to_owned()),
            error: failed(sql, error),
        })
    }

    pub(super) async fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, LaunchError> {
        let messages = self.client.simple_query(sql).await.map_err(|error| failed(sql, error))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    pub(super) async fn has_rows(&self, sql: &str) -> Result<bool, LaunchError> {
        Ok(!self.rows(sql).await?.is_empty())
    }
}

/// A failed statement.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: Option<String>,
    pub(super) error: LaunchError,
}

/// The driver's own message is only "db error"; the server's is what the reader needs.
fn failed(sql: &str, error: tokio_postgres::Error) -> LaunchError {
    let mut statement: String = sql.chars().take(200).collect();
    if statement.len() < sql.len() {
        statement.push('…');
    }
    let source = match error.as_db_error() {
        Some(server) => format!("{} (SQLSTATE {})", server.message(), server.code().code()).into(),
        None => error.into(),
    };
    LaunchError::Statement { statement, source }
}

/// A name, quoted.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text, quoted.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
