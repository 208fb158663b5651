//! TD6xx: public views, and that their reader can reach nothing else.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::Deserialize;

use super::report::{Finding, Report, Severity};
use crate::database::{DatabaseConfig, quote_ident, view_fingerprint, view_policy_name};
use crate::public_view::ViewMeta;

#[derive(Debug, Deserialize)]
struct Snapshot {
    session_user: String,
    becomes: Vec<String>,
    attributes: Vec<String>,
    relations: Vec<Relation>,
    creates: Vec<String>,
    definers: Vec<String>,
    views: Vec<View>,
    owner: Option<Owner>,
}

#[derive(Debug, Deserialize)]
struct Relation {
    name: String,
    schema: String,
    relation: String,
    kind: String,
    privileges: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct View {
    index: usize,
    exists: bool,
    name: String,
    owner: Option<String>,
    barrier: bool,
    invoker: bool,
    columns: Vec<String>,
    comment: Option<String>,
    /// Of view and policy as they are; `None` where there is no such policy.
    digest: Option<String>,
    base: Option<String>,
    forced: bool,
}

#[derive(Debug, Deserialize)]
struct Owner {
    attributes: Vec<String>,
    member_of: Vec<String>,
    tables: Vec<String>,
    columns: Vec<String>,
}

#[derive(QueryableByName)]
struct Document {
    #[diesel(sql_type = Text)]
    document: String,
}

/// Compares what the reader of public views can reach with the views of the program.
pub(crate) async fn verify_public(
    connection: &mut AsyncPgConnection,
    views: &[&ViewMeta],
    config: &DatabaseConfig,
) -> Result<Report, diesel::result::Error> {
    let snapshot = read(connection, views, config).await?;
    let mut findings = Vec::new();
    // What another role can reach says nothing about the reader.
    if snapshot.session_user != config.public_role() {
        findings.push(error(
            "TD601",
            format!("role {}", snapshot.session_user),
            format!(
                "The program logs in as this role to read public views, which is for {} alone.",
                config.public_role()
            ),
            format!(
                "-- Put {} into the URL of PublicDb, or name the roles in DatabaseConfig.",
                config.public_role()
            ),
        ));
        return Ok(Report::new(findings));
    }
    reader(&snapshot, views, &mut findings);
    let before = findings.len();
    for (at, meta) in views.iter().enumerate() {
        if let Some(view) = snapshot.views.iter().find(|view| view.index == at + 1) {
            one(meta, view, config, &mut findings);
        }
    }
    // Which columns the owner needs is told by the views.
    let are_views_right = findings.len() == before;
    owner(&snapshot, config, are_views_right, &mut findings);
    Ok(Report::new(findings))
}

async fn read(
    connection: &mut AsyncPgConnection,
    views: &[&ViewMeta],
    config: &DatabaseConfig,
) -> Result<Snapshot, diesel::result::Error> {
    let of = |text: fn(&ViewMeta) -> String| views.iter().map(|view| text(view)).collect::<Vec<String>>();
    connection
        .transaction(async |connection| {
            // As when the digests were made: PostgreSQL leaves the schema out of what the path finds.
            connection.batch_execute("SET LOCAL search_path = pg_catalog, pg_temp").await?;
            #[allow(
                clippy::disallowed_methods,
                reason = "reads the catalog, in which there is no tenant data (I3)"
            )]
            let query = diesel::sql_query(include_str!("sql/public.sql"));
            let Document { document } = query
                .bind::<Array<Text>, _>(of(|view| view.view.schema_name().to_owned()))
                .bind::<Array<Text>, _>(of(|view| view.view.table.to_owned()))
                .bind::<Array<Text>, _>(of(|view| (view.of)().schema_name().to_owned()))
                .bind::<Array<Text>, _>(of(|view| (view.of)().table.to_owned()))
                .bind::<Array<Text>, _>(of(|view| view_policy_name(view.view)))
                .bind::<Text, _>(config.views_role())
                .get_result(connection)
                .await?;
            serde_json::from_str(&document)
                .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
        })
        .await
}

fn reader(snapshot: &Snapshot, views: &[&ViewMeta], findings: &mut Vec<Finding>) {
    let (name, role) = (&snapshot.session_user, quote_ident(&snapshot.session_user));
    for attribute in &snapshot.attributes {
        findings.push(error(
            "TD602",
            format!("role {name}"),
            format!("The role that reads public views has {attribute}, which reaches beyond them."),
            format!("ALTER ROLE {role} NO{attribute};"),
        ));
    }
    for other in &snapshot.becomes {
        findings.push(error(
            "TD602",
            format!("role {name}"),
            format!("The role that reads public views can become {other}, and reach what that one reaches."),
            format!("REVOKE {} FROM {role};", quote_ident(other)),
        ));
    }
    if !snapshot.attributes.is_empty() || !snapshot.becomes.is_empty() {
        return;
    }
    for relation in &snapshot.relations {
        let is_view = views
            .iter()
            .any(|view| view.view.schema_name() == relation.schema && view.view.table == relation.relation);
        let beyond: Vec<&str> = relation
            .privileges
            .iter()
            .map(String::as_str)
            .filter(|privilege| !(is_view && *privilege == "SELECT"))
            .collect();
        if beyond.is_empty() {
            continue;
        }
        let kind = if relation.kind == "S" { "SEQUENCE" } else { "TABLE" };
        findings.push(error(
            "TD603",
            format!("relation {}", relation.name),
            format!(
                "The role that reads public views has {} on it, which is none of this program's public views, or more than \
                 reading.",
                beyond.join(", ")
            ),
            format!("REVOKE {} ON {kind} {} FROM PUBLIC, {role};", beyond.join(", "), relation.name),
        ));
    }
    for schema in &snapshot.creates {
        findings.push(error(
            "TD603",
            format!("schema {schema}"),
            "The role that reads public views may create objects in it, which could stand in for others.",
            format!("REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {role};", quote_ident(schema)),
        ));
    }
    for function in &snapshot.definers {
        findings.push(error(
            "TD604",
            format!("function {function}"),
            "The role that reads public views may call it, and it runs with the rights of its owner.",
            format!("REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC, {role};"),
        ));
    }
}

/// The role that owns the views sees no more than they show, and nobody is it.
fn owner(snapshot: &Snapshot, config: &DatabaseConfig, are_views_right: bool, findings: &mut Vec<Finding>) {
    let (name, role) = (config.views_role(), quote_ident(config.views_role()));
    // Then there are no views either, and that is told of each.
    let Some(owner) = &snapshot.owner else { return };
    for attribute in &owner.attributes {
        findings.push(error(
            "TD605",
            format!("role {name}"),
            format!("The role that owns public views has {attribute}; it is there to be asked policies for, and nothing else."),
            format!("ALTER ROLE {role} NO{attribute};"),
        ));
    }
    for other in &owner.member_of {
        findings.push(error(
            "TD605",
            format!("role {name}"),
            format!("The role that owns public views is a member of {other}, so views could show what that one sees."),
            format!("REVOKE {other} FROM {role};"),
        ));
    }
    for table in &owner.tables {
        findings.push(error(
            "TD605",
            format!("role {name}"),
            format!("The role that owns public views has rights on the whole of {table}, not on the columns that are shown."),
            format!("REVOKE ALL ON TABLE {table} FROM {role};\n-- Then revert and apply the migrations of the public views."),
        ));
    }
    for column in owner.columns.iter().filter(|_| are_views_right) {
        findings.push(error(
            "TD605",
            format!("role {name}"),
            format!("The role that owns public views has {column}, which no view of its shows or asks for."),
            format!("-- REVOKE it from {role}."),
        ));
    }
}

fn one(meta: &ViewMeta, view: &View, config: &DatabaseConfig, findings: &mut Vec<Finding>) {
    const AGAIN: &str = "-- Revert the migration of the public view, and apply it again.";
    if !view.exists {
        findings.push(error(
            "TD606",
            format!("view {}", view.name),
            format!("The view of {} does not exist in this database.", meta.view.name),
            "-- Apply the migrations (tenant_db::database::Migrator).",
        ));
        return;
    }
    let mut differences = Vec::new();
    if view.owner.as_deref() != Some(config.views_role()) {
        differences.push(format!("it does not belong to {}", config.views_role()));
    }
    if !view.barrier {
        differences.push(
            "it is no security barrier, so a condition of a query could see rows that it hides".to_owned(),
        );
    }
    if view.invoker {
        differences.push("it is read with the reader's own rights".to_owned());
    }
    let mut wanted: Vec<&str> = meta.view.columns.iter().map(|column| column.name).collect();
    wanted.sort_unstable();
    if view.columns != wanted {
        differences.push(format!("it shows ({})", view.columns.join(", ")));
    }
    match (&view.digest, &view.comment) {
        (None, _) => differences.push("the policy that admits its rows is missing or another one".to_owned()),
        (Some(digest), Some(comment)) if *comment == format!("{} {digest}", view_fingerprint(meta)) => {}
        (Some(_), Some(comment)) if !comment.starts_with(&view_fingerprint(meta)) => {
            differences.push(
                "the program says other columns, rows or another table than when it was made".to_owned(),
            );
        }
        (Some(_), _) => differences.push("it, or the policy that admits its rows, was changed".to_owned()),
    }
    if !differences.is_empty() {
        findings.push(error(
            "TD607",
            format!("view {}", view.name),
            format!("The view is not what {} says: {}.", meta.view.name, differences.join("; ")),
            AGAIN,
        ));
    }
    if !view.forced {
        findings.push(error(
            "TD608",
            format!("table {}", view.base.as_deref().unwrap_or("of the view")),
            "Row-level security of the table behind the view is not forced, so nothing but the view itself keeps rows back.",
            format!(
                "ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
                view.base.as_deref().unwrap_or_default()
            ),
        ));
    }
}

fn error(
    code: &'static str,
    object: impl Into<String>,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        code,
        severity: Severity::Error,
        object: object.into(),
        problem: problem.into(),
        remedy: remedy.into(),
    }
}
