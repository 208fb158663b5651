//! TD5xx: tables that are not adopted yet. Nothing isolates them, so they have to be out of reach.

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::check::Check;
use crate::ModelMeta;
use crate::database::{DatabaseConfig, quote_ident};

/// A table of a model that [`DatabaseConfig::with_pending`] names.
#[derive(Debug, QueryableByName)]
pub(super) struct Pending {
    /// Among the models that are pending.
    #[diesel(sql_type = BigInt)]
    position: i64,
    /// Schema and name, quoted where they have to be.
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    isolated: bool,
    #[diesel(sql_type = Text)]
    owner: String,
    /// Whether the session can become the owner.
    #[diesel(sql_type = Bool)]
    owned: bool,
    /// Through whom the session has rights on it, quoted.
    #[diesel(sql_type = Array<Text>)]
    grantees: Vec<String>,
}

impl Pending {
    fn is_reachable(&self) -> bool {
        self.owned || !self.grantees.is_empty()
    }
}

/// The models to verify, and what is known of the others.
///
/// A pending table that has been isolated meanwhile is verified with the rest: the database is ahead of a program that
/// has not been deployed again.
pub(super) async fn split<'m>(
    connection: &mut AsyncPgConnection,
    models: &[&'m ModelMeta],
    config: &DatabaseConfig,
) -> Result<(Vec<&'m ModelMeta>, Vec<Pending>), diesel::result::Error> {
    let (pending, mut verified): (Vec<&ModelMeta>, Vec<&ModelMeta>) =
        models.iter().partition(|model| config.is_pending(model));
    if pending.is_empty() {
        return Ok((verified, Vec::new()));
    }
    let schemas: Vec<&str> = pending.iter().map(|model| model.schema_name()).collect();
    let tables: Vec<&str> = pending.iter().map(|model| model.table).collect();
    #[allow(clippy::disallowed_methods, reason = "reads the catalog, in which there is no tenant data (I3)")]
    let query = diesel::sql_query(include_str!("sql/pending.sql"));
    let found: Vec<Pending> =
        query.bind::<Array<Text>, _>(schemas).bind::<Array<Text>, _>(tables).load(connection).await?;
    let isolated = found.iter().filter(|table| table.isolated);
    verified.extend(isolated.filter_map(|table| pending.get(usize::try_from(table.position).ok()?)));
    Ok((verified, found))
}

pub(super) fn check(check: &mut Check<'_>, pending: &[Pending]) {
    for table in pending {
        let object = format!("table {}", table.name);
        if table.isolated {
            check.warning(
                "TD502",
                object,
                "The configuration calls the table not adopted yet, but it is isolated, and it was verified with the others.",
                "-- Take its model off the list of DatabaseConfig::with_pending.",
            );
        } else if table.is_reachable() && !check.is_elevated() {
            check.error(
                "TD501",
                object,
                "The table is not adopted yet, so no policy keeps its tenants apart, and the role that the program logs in \
                 as can reach it.",
                remedy(table),
            );
        }
    }
}

fn remedy(table: &Pending) -> String {
    let mut lines = Vec::new();
    if table.owned {
        lines.push(format!(
            "-- {} owns it, and the program can become that role. Let the program log in as a role of its own.",
            quote_ident(&table.owner)
        ));
    }
    if table.grantees.iter().any(|grantee| grantee == "PUBLIC") {
        lines.push(
            "-- Grant what they need to the other users of the table first: PUBLIC is everybody.".to_owned(),
        );
    }
    if !table.grantees.is_empty() {
        lines.push(format!("REVOKE ALL ON TABLE {} FROM {};", table.name, table.grantees.join(", ")));
    }
    lines.push(
        "-- Or take its model off the list of DatabaseConfig::with_pending, and apply the migration that isolates it."
            .to_owned(),
    );
    lines.join("\n")
}
