//! [`Checksum`]: whether rows are what they were.

use std::fmt;

use tokio_postgres::Client;

use crate::error::Result;

/// The number of rows of a table, and the sum of their hashes: no row was lost, added or changed while both stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// The number of rows.
    pub rows: i64,
    /// The sum of the hashes of all columns of all rows, in whatever order.
    pub sum: String,
}

impl Checksum {
    /// Every column of every row counts, those that no model knows included. An administrator sees them all; for anybody
    /// else it is an error, not a smaller sum.
    pub(super) async fn of(table: &'static str, client: &Client) -> Result<Self> {
        client.batch_execute("SET row_security = off").await?;
        let query = format!(
            "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM public.\"{table}\" AS t"
        );
        let row = client.query_one(&query, &[]).await?;
        Ok(Self { rows: row.get(0), sum: row.get(1) })
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows, sum {}", self.rows, self.sum)
    }
}
