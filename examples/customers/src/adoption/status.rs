//! [`Status`]: how far the adoption is.

use serde_json::{Value, json};
use tenant_db::doctor::{Report, Severity};

use super::{Adoption, Checksum, TABLES};
use crate::error::Result;

/// How far the adoption of a database is.
#[derive(Debug)]
pub struct Status {
    /// The tables, in the order of adoption.
    pub tables: Vec<TableStatus>,
}

/// How far one table is.
#[derive(Debug)]
pub struct TableStatus {
    /// Its name.
    pub table: &'static str,
    /// Whether its customers are isolated.
    pub adopted: bool,
    /// What it holds.
    pub checksum: Checksum,
    /// What keeps it from being adopted, as the rehearsal said.
    pub obstacle: Option<String>,
}

impl Adoption {
    /// How far the adoption is, and what is in the way of the rest.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn status(&self) -> Result<Status> {
        let adopted = self.adopted().await?;
        let mut tables = Vec::new();
        for (model, (table, checksum)) in TABLES.into_iter().zip(self.checksums().await?) {
            let adopted = adopted.contains(&model.table);
            let obstacle =
                if adopted { None } else { self.rehearse(table).await.err().map(|error| error.to_string()) };
            tables.push(TableStatus { table, adopted, checksum, obstacle });
        }
        Ok(Status { tables })
    }
}

impl Status {
    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let table = |table: &TableStatus| {
            json!({
                "table": table.table,
                "adopted": table.adopted,
                "rows": table.checksum.rows,
                "checksum": table.checksum.sum,
                "obstacle": table.obstacle,
            })
        };
        json!({ "tables": self.tables.iter().map(table).collect::<Vec<_>>() })
    }
}

/// The findings of a verification, for programs.
#[must_use]
pub(crate) fn report_to_json(report: &Report) -> Value {
    let findings = report.findings().iter().map(|finding| {
        json!({
            "code": finding.code,
            "severity": if finding.severity == Severity::Error { "error" } else { "warning" },
            "object": finding.object,
            "problem": finding.problem,
            "remedy": finding.remedy,
        })
    });
    json!({ "ok": report.is_ok(), "findings": findings.collect::<Vec<_>>() })
}
