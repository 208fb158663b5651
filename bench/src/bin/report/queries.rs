//! The section on queries: against the same by hand, child tables in both forms, and how the server works.

use bench::query::Plan;

use crate::measured::{Group, LIBRARY, time};

/// The other side.
const BY_HAND: &str = "by hand";

const INTRODUCTION: &str = "
## Queries

On tables of a million rows of a thousand tenants, and fifty thousand of one more. *By hand* is diesel-async, with the tenant
as a filter that somebody wrote into each statement, as a role that row-level security does not bind: it sends one statement
and nothing else, and nothing keeps it from the rows of others. Where it can, diesel-async prepares and caches statements;
batches it prepares each time. Tenants take turns. Both return the same rows, which is checked first.

";

const CHILDREN: &str = "
### Children with a tenant column, and through their parent

The same rows in a table that has the tenant's column and in one that has only the parent's key
(`#[tenant(through(parent = Buyer, foreign_key = buyer_id))]`). The last column is what doing without costs tenant-db.

";

const PLANS: &str = "
### Plans

How PostgreSQL carries out what tenant-db sends, as the role that serves requests. What decides once for the statement whose
it is (`SELECT tenant_db.tenant_uuid()`) is left out. Where a plan for any parameters does something else, it follows.
";

/// Whether a group belongs here, and nowhere else.
pub(crate) fn is_of_queries(group: &Group) -> bool {
    group.name.starts_with(PREFIX)
}

const PREFIX: &str = "query_";

pub(crate) fn section(groups: &[Group], plans: &[Plan]) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let (children, queries): (Vec<&Group>, Vec<&Group>) =
        groups.iter().partition(|group| kept(group).is_some());
    let mut section = INTRODUCTION.to_owned();
    section += "| | by hand | tenant-db | × by hand |\n|---|--:|--:|--:|\n";
    for group in queries {
        section += &format!("| {} | {} |\n", title(group), both(group));
    }
    if !children.is_empty() {
        section += CHILDREN;
        section += "| | by hand, column | tenant-db, column | × by hand | by hand, through | tenant-db, through | × by hand \
                    | through ÷ column |\n|---|--:|--:|--:|--:|--:|--:|--:|\n";
        for column in children.iter().filter(|group| kept(group) == Some(COLUMN)) {
            let name = column.name.replace(COLUMN, THROUGH);
            let Some(through) = children.iter().find(|group| group.name == name) else { continue };
            let cost = through
                .of(LIBRARY)
                .zip(column.of(LIBRARY))
                .map_or_else(|| "–".to_owned(), |(through, column)| format!("{:.2}", through / column));
            let work = title(column).replace(&COLUMN.replace('_', " "), "");
            section += &format!("| {work} | {} | {} | {cost} |\n", both(column), both(through));
        }
    }
    if !plans.is_empty() {
        section += PLANS;
        for plan in plans {
            section += &format!("\n{}:\n\n```text\n{}```\n", plan.query, plan.for_values);
            if steps(&plan.for_values) != steps(&plan.for_any) {
                section += &format!("\nFor any parameters:\n\n```text\n{}```\n", plan.for_any);
            }
        }
    }
    section
}

const COLUMN: &str = "_column";
const THROUGH: &str = "_through";

/// In which of the two forms a group's children are kept, where it is about children.
fn kept(group: &Group) -> Option<&'static str> {
    [COLUMN, THROUGH].into_iter().find(|kept| group.name.contains(kept))
}

fn title(group: &Group) -> String {
    group.title().replacen(&PREFIX.replace('_', " "), "", 1)
}

fn both(group: &Group) -> String {
    let median = |side| group.of(side).map_or_else(|| "–".to_owned(), time);
    let ratio = group.of(LIBRARY).map_or_else(|| "–".to_owned(), |median| group.ratio(median, BY_HAND));
    format!("{} | {} | {ratio}", median(BY_HAND), median(LIBRARY))
}

/// A plan without its figures.
fn steps(plan: &str) -> Vec<&str> {
    plan.lines().filter_map(|line| line.split(" (").next()).collect()
}
