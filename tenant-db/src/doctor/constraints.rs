//! TD218 and TD219: what the models ask the database to keep true of their rows.

use super::check::Check;
use super::snapshot::{Constraint as Found, Table};
use crate::database::{Constraint, Reference, Rule, catalog_code, constraints, is_same_table, quote_ident};
use crate::meta::ModelMeta;

pub(super) fn check(check: &mut Check<'_>, model: &ModelMeta, table: &Table) {
    let same: Vec<&ModelMeta> =
        check.models.iter().copied().filter(|other| is_same_table(other, model)).collect();
    match constraints(&same) {
        Ok(wanted) => {
            for constraint in &wanted {
                one(check, table, constraint);
            }
        }
        Err(error) => check.error(
            "TD218",
            format!("table {}", table.name),
            format!("The models ask for a constraint that cannot be made: {error}."),
            "-- Correct the models.",
        ),
    }
    if let Some(version) = same.iter().find_map(|model| model.version) {
        counted(check, table, version);
    }
}

fn one(check: &mut Check<'_>, table: &Table, constraint: &Constraint) {
    let problem = match &constraint.rule {
        Rule::Unique(columns) => {
            let mut wanted: Vec<&str> = columns.clone();
            wanted.sort_unstable();
            if table.unique_keys.iter().any(|key| *key == wanted) {
                return;
            }
            format!("No unique key is on ({}).", columns.join(", "))
        }
        Rule::Condition { .. } => {
            let found = table.constraints.iter().find(|found| found.name == constraint.name);
            match found {
                Some(found) if found.valid && found.kind != "f" => return,
                Some(found) if found.kind != "f" => {
                    let remedy = format!(
                        "ALTER TABLE {} VALIDATE CONSTRAINT {};",
                        table.name,
                        quote_ident(&found.name)
                    );
                    return missing(
                        check,
                        table,
                        constraint,
                        "It has not been checked for the rows that were there.",
                        remedy,
                    );
                }
                _ => "The table has no such constraint.".to_owned(),
            }
        }
        Rule::Reference(reference)
            if check.config.is_table_pending(reference.parent_schema, reference.parent_table) =>
        {
            return;
        }
        Rule::Reference(reference) => match find(table, reference) {
            Some(found) if found.valid && does(found, reference) => return,
            Some(found) => {
                let remedy = format!(
                    "ALTER TABLE {} DROP CONSTRAINT {}, ADD CONSTRAINT {} {};",
                    table.name,
                    quote_ident(&found.name),
                    quote_ident(&constraint.name),
                    constraint.definition()
                );
                let problem = format!("Foreign key {} does not do what the model says.", found.name);
                return missing(check, table, constraint, &problem, remedy);
            }
            None => format!(
                "No foreign key of these columns refers to {}.{}.",
                reference.parent_schema, reference.parent_table
            ),
        },
    };
    let remedy = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} {};",
        table.name,
        quote_ident(&constraint.name),
        constraint.definition()
    );
    missing(check, table, constraint, &problem, remedy);
}

fn missing(check: &mut Check<'_>, table: &Table, constraint: &Constraint, problem: &str, remedy: String) {
    check.warning(
        "TD218",
        format!("constraint {} on {}", constraint.name, table.name),
        format!("{problem} The model rests on it, and nothing keeps rows from breaking it."),
        remedy,
    );
}

/// The foreign key over the same columns, whatever it does.
fn find<'t>(table: &'t Table, reference: &Reference) -> Option<&'t Found> {
    let mut wanted: Vec<(&str, Option<&str>)> =
        reference.pairs.iter().map(|(mine, theirs)| (*mine, Some(*theirs))).collect();
    wanted.sort_unstable();
    table.constraints.iter().find(|found| {
        let mut pairs: Vec<(&str, Option<&str>)> =
            found.pairs.iter().flatten().map(|(mine, theirs)| (mine.as_str(), theirs.as_deref())).collect();
        pairs.sort_unstable();
        found.kind == "f"
            && found.target_schema.as_deref() == Some(reference.parent_schema)
            && found.target_table.as_deref() == Some(reference.parent_table)
            && pairs == wanted
    })
}

fn does(found: &Found, reference: &Reference) -> bool {
    reference.on_delete.is_none() || found.on_delete == catalog_code(reference.on_delete)
}

/// An insert leaves the version out.
fn counted(check: &mut Check<'_>, table: &Table, version: &str) {
    let column = table.columns.iter().find(|column| column.name == version);
    if column.is_some_and(|column| column.filled) {
        return;
    }
    check.warning(
        "TD219",
        format!("column {}.{version}", table.name),
        "It counts the changes of a row, and the database does not fill it for new rows, so inserts will be refused.",
        match column {
            Some(_) => {
                format!("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT 1;", table.name, quote_ident(version))
            }
            None => format!(
                "ALTER TABLE {} ADD COLUMN {} integer NOT NULL DEFAULT 1;",
                table.name,
                quote_ident(version)
            ),
        },
    );
}
