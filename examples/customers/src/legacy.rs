//! What is there before: the database of `legacy/`, and the program that works on it.

use tokio_postgres::{Client, NoTls};

use crate::error::Result;

/// Roles that the legacy database has; `prefix` keeps several databases of one server apart.
#[derive(Debug, Clone)]
pub struct LegacyRoles {
    /// Owns every table, and the program logs in as it.
    pub program: String,
    /// Reads every table.
    pub reports: String,
    /// Reads the ids of customers.
    pub directory: String,
}

impl LegacyRoles {
    /// `<prefix>_legacy`, `<prefix>_reports`, `<prefix>_directory`.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let name = |end: &str| format!("{prefix}_{end}");
        Self { program: name("legacy"), reports: name("reports"), directory: name("directory") }
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.program, &self.reports, &self.directory].into_iter().map(String::as_str)
    }

    /// The statements that make the legacy database, with `rows` agreements for each of its four customers.
    #[must_use]
    pub fn setup(&self, rows: u32) -> [String; 2] {
        let schema = include_str!("../legacy/schema.sql")
            .replace("{legacy}", &self.program)
            .replace("{reports}", &self.reports)
            .replace("{directory}", &self.directory);
        [schema, include_str!("../legacy/data.sql").replace("{rows}", &rows.to_string())]
    }
}

/// The program that was there before. It knows nothing of contexts, and filters by customer itself, where it does.
#[derive(Debug)]
pub struct LegacyProgram {
    client: Client,
}

/// What became of the legacy program's work on a table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It worked, and saw so many rows, of all customers.
    Works {
        /// The number of rows.
        rows: i64,
    },
    /// PostgreSQL refused it with this SQLSTATE.
    Refused {
        /// `42501` where the table is adopted.
        code: String,
    },
}

impl LegacyProgram {
    /// Connects as the role that owned everything.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn connect(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client })
    }

    /// A day's work on a table: counts all rows, writes one for a customer, changes and deletes it.
    ///
    /// # Errors
    ///
    /// Those of the connection; a refusal is an [`Outcome`].
    pub async fn work_on(&self, table: &str) -> Result<Outcome> {
        let outcome = match self.write_to(table).await {
            Ok(()) => self.client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await,
            Err(refusal) => Err(refusal),
        };
        match outcome {
            Ok(row) => Ok(Outcome::Works { rows: row.get(0) }),
            Err(error) => match error.code() {
                Some(code) => Ok(Outcome::Refused { code: code.code().to_owned() }),
                None => Err(error.into()),
            },
        }
    }

    async fn write_to(&self, table: &str) -> Result<(), tokio_postgres::Error> {
        let (key, insert, update) = match table {
            "tbl_tcp" => (
                "tcpId",
                r#"("customerId", title) VALUES ('hoPPer', 'from the old program')"#,
                r#""amountCents" = "amountCents" + 1"#,
            ),
            "tbl_tcp_item" => (
                "itemId",
                r#"("customerId", "tcpId", description, "amountCents")
                SELECT "customerId", "tcpId", 'more', 1 FROM tbl_tcp_item WHERE "customerId" = 'hoPPer' LIMIT 1"#,
                r#""amountCents" = "amountCents" + 1"#,
            ),
            _ => (
                "paymentId",
                r#"("customerId", "tcpId", reference, "paidCents")
                SELECT "customerId", "tcpId", 'old ' || pg_backend_pid(), 1 FROM tbl_tcp_payment WHERE "customerId" = 'hoPPer' LIMIT 1"#,
                r#""paidCents" = "paidCents" + 1"#,
            ),
        };
        let insert = format!(r#"INSERT INTO {table} {insert} RETURNING "{key}""#);
        let id: i64 = self.client.query_one(&insert, &[]).await?.get(0);
        self.client.execute(&format!(r#"UPDATE {table} SET {update} WHERE "{key}" = $1"#), &[&id]).await?;
        self.client.execute(&format!(r#"DELETE FROM {table} WHERE "{key}" = $1"#), &[&id]).await?;
        Ok(())
    }
}
