//! What migrations are called: lower-case letters, digits and `_`, and in alphabetical order they can be applied.
//!
//! `tenant_db_base`, then `…_global_…`, `…_isolate_…`, `…_key_…` (all keys before all references, which rest on them),
//! `…_reference_…`, `…_through_…` with the distance from the tenant column, `…_view_…`.

use super::constraints::{Constraint, Rule};
use super::identifier::{fnv1a, qualified};
use crate::meta::ModelMeta;

/// The longest part that is taken over from a name.
const MAX_PART: usize = 40;

/// `<prefix>_<table>`; with a hash where the table's name is not made of plain characters alone.
pub(super) fn of_table(prefix: &str, model: &ModelMeta) -> String {
    let (schema, table) = (model.schema_name(), model.table);
    match schema {
        "public" if is_plain(table) => format!("{prefix}_{table}"),
        _ => {
            let hash = fnv1a(&qualified(schema, table)) >> 32;
            format!("{prefix}_{}_{}_{hash:08x}", plain(schema), plain(table))
        }
    }
}

/// One migration for each constraint: a constraint that a model gets later is a new migration, and those that have been
/// applied stay as they are.
pub(super) fn of_constraint(model: &ModelMeta, constraint: &Constraint) -> String {
    let prefix = match constraint.rule {
        Rule::Unique(_) | Rule::Condition { .. } => "tenant_db_key",
        Rule::Reference(_) => "tenant_db_reference",
    };
    with_hash(prefix, model, &constraint.name)
}

/// The migration of the column that counts changes.
pub(super) fn of_version(model: &ModelMeta) -> String {
    with_hash("tenant_db_key", model, &format!("{}_version", model.table))
}

fn with_hash(prefix: &str, model: &ModelMeta, name: &str) -> String {
    let hash = fnv1a(&qualified(&qualified(model.schema_name(), model.table), name)) >> 32;
    format!("{prefix}_{}_{hash:08x}", plain(name))
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_')) && name.len() <= MAX_PART
}

fn plain(name: &str) -> String {
    let replaced = name.chars().map(|character| {
        if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' }
    });
    replaced.take(MAX_PART).collect()
}
