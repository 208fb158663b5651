//! The migration of one constraint of a model.

use super::base::{pin_search_path, unpin_search_path};
use super::config::DatabaseConfig;
use super::constraints::{Constraint, Reference, Rule, list};
use super::identifier::{check_identifier, derived_name, qualified, quote_ident, quote_literal};
use super::isolation::{KEPT_KEY_SUFFIX, names, table_places};
use super::migration_name;
use super::statement::{Migration, Statement};
use super::template::Template;
use crate::error::Result;
use crate::meta::{ModelMeta, OnDelete};

/// Adds the constraint, unless the table has it. Where rows do not obey it, it fails and changes nothing.
pub(super) fn migration(
    model: &ModelMeta,
    constraint: &Constraint,
    config: &DatabaseConfig,
) -> Result<Migration> {
    let name = migration_name::of_constraint(model, constraint);
    let places = table_places(model, config)
        .with("migration", quote_literal(&name))
        .with("constraint", quote_ident(&constraint.name))
        .with("constraint_name", quote_literal(&constraint.name));
    let (up, down) = match &constraint.rule {
        Rule::Reference(reference) => {
            check_identifier("a constraint", &reference.parent_key())?;
            let places = reference_places(places, model, constraint, reference);
            (reference_up(&places), reference_down(&places))
        }
        rule => {
            let places = key_places(places, model, constraint, rule);
            let needs_extension = matches!(rule, Rule::Condition { needs_btree_gist: true, .. });
            (key_up(&places, needs_extension), key_down(&places, needs_extension))
        }
    };
    Ok(framed(up, down, &places_of_notes(&name), name))
}

/// The column that counts changes begins with 1.
pub(super) fn version(models: &[&ModelMeta], config: &DatabaseConfig) -> Option<Migration> {
    let (model, column) = models.iter().find_map(|model| Some((model, model.version?)))?;
    let name = migration_name::of_version(model);
    let places = table_places(model, config)
        .with("migration", quote_literal(&name))
        .with("column", quote_ident(column))
        .with("column_name", quote_literal(column));
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let up = vec![block("New rows are version 1", include_str!("sql/constraints/version.sql"))];
    let down = vec![block("The default as before", include_str!("sql/constraints/drop_version.sql"))];
    Some(framed(up, down, &places_of_notes(&name), name))
}

fn places_of_notes(name: &str) -> Template {
    Template::default().with("migration", quote_literal(name))
}

fn framed(up: Vec<Statement>, down: Vec<Statement>, notes: &Template, name: String) -> Migration {
    let forget = Statement::new("Forgets the notes", notes.fill(include_str!("sql/forget.sql")));
    let frame = |statements: Vec<Statement>, last: Option<Statement>| {
        std::iter::once(pin_search_path())
            .chain(statements)
            .chain(last)
            .chain([unpin_search_path()])
            .collect::<Vec<_>>()
    };
    Migration { up: frame(up, None), down: frame(down, Some(forget)), name }
}

fn key_places(places: Template, model: &ModelMeta, constraint: &Constraint, rule: &Rule) -> Template {
    let add = |table: &str| {
        quote_literal(&format!(
            "ALTER TABLE {table} ADD CONSTRAINT {} {}",
            quote_ident(&constraint.name),
            constraint.definition()
        ))
    };
    let table = qualified(model.schema_name(), model.table);
    let satisfied = match rule {
        Rule::Unique(columns) => Template::default()
            .with("columns", names(columns))
            .fill(include_str!("sql/constraints/unique_is_there.sql").trim()),
        _ => "false".to_owned(),
    };
    places.with("on_probe", add("tenant_db.probe")).with("on_table", add(&table)).with("satisfied", satisfied)
}

fn key_up(places: &Template, needs_extension: bool) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let extension = needs_extension.then(|| {
        block(
            "Compares the tenant by equality in such an index",
            include_str!("sql/constraints/extension.sql"),
        )
    });
    let add = block("Adds the constraint, unless the table has it", include_str!("sql/constraints/add.sql"));
    extension.into_iter().chain([add]).collect()
}

fn key_down(places: &Template, needs_extension: bool) -> Vec<Statement> {
    let block = |description: &str, text: &str| Statement::block(description, &places.fill(text));
    let drop = block("Drops the constraint, if it was made", include_str!("sql/constraints/drop.sql"));
    let extension = needs_extension.then(|| {
        block("And the extension, if it was created", include_str!("sql/constraints/drop_extension.sql"))
    });
    [drop].into_iter().chain(extension).collect()
}

fn reference_places(
    places: Template,
    model: &ModelMeta,
    constraint: &Constraint,
    reference: &Reference,
) -> Template {
    let columns =
        |pairs: &[(&'static str, &'static str)]| -> (Vec<&str>, Vec<&str>) { pairs.iter().copied().unzip() };
    let (mine, theirs) = columns(&reference.pairs);
    let (plain_mine, plain_theirs) = columns(&reference.plain);
    let table = qualified(model.schema_name(), model.table);
    let parent = qualified(reference.parent_schema, reference.parent_table);
    places
        .with("definition", constraint.definition())
        .with("columns", names(&mine))
        .with("parent_columns", names(&theirs))
        .with("plain_columns", names(&plain_mine))
        .with("parent_plain_columns", names(&plain_theirs))
        .with("parent_list", quote_literal(&list(&theirs)))
        .with("parent_name", quote_literal(&parent))
        .with("parent_key_name", quote_literal(&reference.parent_key()))
        .with("kept_key_name", quote_literal(&derived_name("", reference.parent_table, KEPT_KEY_SUFFIX)))
        .with("any_action", reference.on_delete.is_none().to_string())
        .with("action", quote_literal(catalog_code(reference.on_delete)))
        .with(
            "whose",
            if reference.pairs == reference.plain { "do not exist" } else { "their tenant does not have" },
        )
        .with("violators", quote_literal(&violators(&table, &parent, reference)))
}

/// As `pg_constraint.confdeltype` keeps it.
pub(crate) fn catalog_code(on_delete: Option<OnDelete>) -> &'static str {
    match on_delete {
        Some(OnDelete::Cascade) => "c",
        Some(OnDelete::Restrict) => "r",
        Some(OnDelete::SetNull) => "n",
        Some(OnDelete::NoAction) | None => "a",
    }
}

/// The query that finds rows which refer to nothing.
fn violators(table: &str, parent: &str, reference: &Reference) -> String {
    let joined: Vec<String> = reference
        .pairs
        .iter()
        .map(|(mine, theirs)| format!("p.{} = c.{}", quote_ident(theirs), quote_ident(mine)))
        .collect();
    let given: Vec<String> =
        reference.plain.iter().map(|(mine, _)| format!("c.{} IS NOT NULL", quote_ident(mine))).collect();
    format!(
        "SELECT * FROM {table} c WHERE {} AND NOT EXISTS (SELECT FROM {parent} p WHERE {});",
        given.join(" AND "),
        joined.join(" AND ")
    )
}

fn reference_up(places: &Template) -> Vec<Statement> {
    vec![Statement::block(
        "Adds the foreign key, unless the table has it",
        &places.fill(include_str!("sql/constraints/reference.sql")),
    )]
}

fn reference_down(places: &Template) -> Vec<Statement> {
    vec![Statement::block(
        "Drops the foreign key, if it was made, and puts back the former one",
        &places.fill(include_str!("sql/constraints/drop_reference.sql")),
    )]
}
