//! How PostgreSQL carries out what tenant-db sends.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenant_db::danger;
use uuid::Uuid;

use super::{Market, Queries, Scoped, buyer, row, tenant};
use crate::{Ground, Result};

/// What became of one query.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub query: String,
    /// How it is carried out for the values of the parameters: a line for each step, the deeper ones further to the right.
    pub for_values: String,
    /// How it is carried out once it is planned for any values.
    pub for_any: String,
}

/// A statement as it was sent.
#[derive(Debug, QueryableByName)]
struct Prepared {
    #[diesel(sql_type = diesel::sql_types::Text)]
    statement: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    types: String,
}

/// Sends each query once, and asks for the plan of what was sent, under the policies.
///
/// # Errors
///
/// Those of the server.
pub async fn plans(market: &Market) -> Result<Vec<Plan>> {
    let scoped = Scoped::connect(&market.bound(), 1).await?;
    let id = tenant(7);
    let context = scoped.tenant(id)?;
    let (after, of, one) = (row(id, 40).to_string(), buyer(id, 33), row(id, 5));
    let (of_text, one_text) = (of.to_string(), one.to_string());
    let mut plans = Vec::new();
    macro_rules! plan {
        ($name:literal, $call:expr, $table:literal, $values:expr) => {
            $call.await?;
            let values: &[&str] = &$values;
            plans.push(plan(market, &scoped, &context, id, $name, $table, values).await?);
        };
    }
    plan!("page", scoped.page(&context, (20, row(id, 40))), "purchases", ["20", "20", &after, "50"]);
    plan!("join", scoped.join(&context), "purchases", ["2", "50"]);
    plan!("aggregate", scoped.aggregate(&context), "purchases", []);
    plan!("child by key", scoped.remark(&context, one), "remarks", [&one_text]);
    plan!("child by key, through", scoped.bare_remark(&context, one), "bare_remarks", [&one_text]);
    plan!("children of a parent", scoped.remarks(&context, of), "remarks", [&of_text]);
    plan!("children of a parent, through", scoped.bare_remarks(&context, of), "bare_remarks", [&of_text]);
    plan!("children and parents", scoped.remarks_joined(&context), "remarks", ["3", "50"]);
    plan!("children and parents, through", scoped.bare_remarks_joined(&context), "bare_remarks", ["3", "50"]);
    Ok(plans)
}

async fn plan(
    market: &Market,
    scoped: &Scoped,
    context: &tenant_db::TenantContext,
    tenant: Uuid,
    query: &str,
    table: &str,
    values: &[&str],
) -> Result<Plan> {
    let tx = scoped.db.begin(context).await?;
    // Taken apart, so that this statement does not find itself.
    let look = format!(
        "SELECT statement, array_to_string(parameter_types, ', ') AS types FROM pg_prepared_statements
         WHERE statement LIKE 'SELECT %\"' || '{table}' || '\".\"%' ORDER BY prepare_time DESC LIMIT 1"
    );
    let mut sent: Vec<Prepared> = danger::sql(&tx, "the plan is of what was sent", look).load().await?;
    tx.commit().await?;
    let sent = sent.pop().ok_or("nothing was prepared")?;
    let parameters = parameters(&sent, tenant, values)?;
    let ground = &market.ground;
    Ok(Plan {
        query: query.to_owned(),
        for_values: explain(ground, &sent, tenant, &parameters, "force_custom_plan").await?,
        for_any: explain(ground, &sent, tenant, &parameters, "force_generic_plan").await?,
    })
}

/// The tenant where it is asked for, and `values` for the others.
fn parameters(sent: &Prepared, tenant: Uuid, values: &[&str]) -> Result<String> {
    let mut values = values.iter();
    let mut parameters = Vec::new();
    for n in 1..=sent.types.split(", ").count() {
        let is_tenant = sent
            .statement
            .split(&format!("\"tenant_id\" = ${n}"))
            .skip(1)
            .any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()));
        let value = if is_tenant {
            tenant.to_string()
        } else {
            (*values.next().ok_or("a value is missing")?).to_owned()
        };
        parameters.push(format!("'{value}'"));
    }
    if values.next().is_some() { Err("a value is left over".into()) } else { Ok(parameters.join(", ")) }
}

async fn explain(
    ground: &Ground,
    Prepared { statement, types }: &Prepared,
    tenant: Uuid,
    parameters: &str,
    mode: &str,
) -> Result<String> {
    let target = ground.target();
    let (role, setting) = (target.config.runtime_role(), target.setting());
    let json = ground
        .text(&format!(
            "BEGIN; SET LOCAL ROLE {role}; SET LOCAL {setting} = '{tenant}'; SET LOCAL plan_cache_mode = {mode};
             PREPARE statement ({types}) AS {statement};
             EXPLAIN (ANALYZE, BUFFERS off, FORMAT JSON) EXECUTE statement ({parameters}); ROLLBACK"
        ))
        .await?;
    let plan: Value = serde_json::from_str(&json)?;
    let mut lines = String::new();
    outline(&plan[0]["Plan"], 0, &mut lines);
    Ok(lines)
}

/// A line for each step that reads or puts together. What decides once whose statement it is, and what only passes rows
/// on, is left out.
fn outline(node: &Value, depth: usize, lines: &mut String) {
    let text = |field: &str| node[field].as_str().unwrap_or_default();
    let below = node["Plans"].as_array();
    let (kind, table, index) = (text("Node Type"), text("Relation Name"), text("Index Name"));
    if text("Parent Relationship") == "InitPlan" {
        return;
    }
    let depth = if kind == "Result" {
        depth
    } else {
        let names: Vec<&str> = [kind, table, index].into_iter().filter(|name| !name.is_empty()).collect();
        let (expected, found) = (&node["Plan Rows"], &node["Actual Rows"]);
        *lines += &format!("{:depth$}{} ({found} rows, {expected} expected", "", names.join(" "));
        match node["Actual Loops"].as_f64() {
            Some(loops) if loops > 1.0 => *lines += &format!(", {loops} times)\n"),
            _ => *lines += ")\n",
        }
        depth + 2
    };
    for below in below.into_iter().flatten() {
        outline(below, depth, lines);
    }
}
