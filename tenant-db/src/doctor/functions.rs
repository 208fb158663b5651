//! TD4xx: the functions of schema `tenant_db`, on which every policy rests.

use super::check::Check;
use super::snapshot::Function;
use crate::database::{
    KEY_KINDS, SEARCH_PATH, Statement, guard_body, guard_function, guard_function_ident, quote_ident,
    tenant_function, tenant_function_body,
};
use crate::meta::{ModelMeta, Tenancy};

/// What a function of ours looks like in `pg_proc`.
struct Expected<'a> {
    name: String,
    returns: &'a str,
    volatility: &'a str,
    source: String,
    remedy: String,
}

/// TD400: nothing of this crate is in the database, and everything else would only follow from that.
pub(super) fn are_absent(check: &mut Check<'_>) -> bool {
    let has_leftover = match &check.snapshot.tenant_schema {
        None => false,
        // The base migration left its notes, so somebody dropped the functions: their own remedies bring them back.
        Some(schema) if schema.made_by_migration || !check.snapshot.functions.is_empty() => return false,
        Some(_) => true,
    };
    let mut remedy = String::new();
    if has_leftover {
        remedy.push_str("-- First, because a schema of that name is in the way: DROP SCHEMA tenant_db;\n");
    }
    remedy.push_str(
        "-- With the diesel command line, write them once with tenant_db::database::write_migrations(\"migrations\")?, then: \
         diesel migration run\n\
         -- Or from the program: Migrator::new(admin_url).folder(\"migrations\").isolation(DatabaseConfig::default()).run().await?",
    );
    check.error(
        "TD400",
        format!("database {}", check.snapshot.database),
        "The isolation migrations have not been applied to this database: there are no functions of schema tenant_db, \
         on which every policy rests, so nothing keeps tenants apart.",
        remedy,
    );
    true
}

pub(super) fn check(check: &mut Check<'_>, models: &[&ModelMeta]) {
    let of_tenants = |model: &&&ModelMeta| !matches!(model.tenancy, Tenancy::Global);
    let kinds =
        KEY_KINDS.into_iter().filter(|kind| models.iter().filter(of_tenants).any(|model| model.key == *kind));
    for kind in kinds {
        let remedy = sql(&tenant_function(kind, check.config));
        let expected = Expected {
            name: kind.function().to_owned(),
            returns: kind.sql_type(),
            volatility: "s",
            source: tenant_function_body(kind, check.config),
            remedy,
        };
        let Some(function) = check.snapshot.function(kind.function()) else {
            missing(check, &expected);
            continue;
        };
        compare(check, function, &expected);
        may_call(check, function);
    }
    may_use_schema(check);
    for model in models.iter().filter(|model| model.tenant_column().is_some()) {
        let name = guard_function_ident(model);
        // A trigger cannot be there without its function, so a missing function is a missing trigger: TD210.
        let Some(function) = check.snapshot.function(&name) else { continue };
        let remedy = sql(&guard_function(model, check.config));
        compare(
            check,
            function,
            &Expected { name, returns: "trigger", volatility: "v", source: guard_body(model), remedy },
        );
    }
}

/// The statements, for a remedy.
pub(super) fn sql(statements: &[Statement]) -> String {
    statements.iter().map(|statement| format!("{};", statement.sql())).collect::<Vec<_>>().join("\n")
}

fn missing(check: &mut Check<'_>, expected: &Expected<'_>) {
    check.error(
        "TD401",
        format!("function tenant_db.{}", expected.name),
        "The function that tells policies who the current tenant is does not exist.",
        expected.remedy.clone(),
    );
}

fn compare(check: &mut Check<'_>, function: &Function, expected: &Expected<'_>) {
    let mut differences = Vec::new();
    let mut differs = |is: bool, what: &str| {
        if is {
            differences.push(what.to_owned());
        }
    };
    differs(
        function.source != expected.source,
        "its source is not what this release generates for this setting",
    );
    differs(function.language != "plpgsql", "it is not written in PL/pgSQL");
    differs(function.returns != expected.returns || function.set, "it returns another type");
    differs(
        function.volatility != expected.volatility,
        "its volatility is another one, so that a prepared plan may keep an earlier tenant",
    );
    differs(function.leakproof, "it is marked LEAKPROOF");
    differs(function.definer, "it runs with the rights of its owner");
    differs(function.configuration != [SEARCH_PATH], "its search_path is not pinned to pg_catalog, pg_temp");
    differs(
        function.owner_reachable && check.misdirection.is_none(),
        "the role that the program logs in as can replace it, because it owns it",
    );
    if differences.is_empty() {
        return;
    }
    // CREATE OR REPLACE can change neither the type nor the owner's mark of LEAKPROOF by leaving it out.
    let mut remedy = expected.remedy.clone();
    if function.leakproof {
        remedy.push_str(&format!(
            "\nALTER FUNCTION tenant_db.{}() NOT LEAKPROOF;",
            quote_ident(&function.name)
        ));
    }
    check.error(
        "TD402",
        format!("function tenant_db.{}", function.name),
        format!(
            "The function is owned by {} and has been changed: {}. Policies and triggers rest on it.",
            function.owner,
            differences.join("; ")
        ),
        remedy,
    );
}

fn may_call(check: &mut Check<'_>, function: &Function) {
    if function.executable || check.misdirection.is_some() {
        return;
    }
    check.error(
        "TD403",
        format!("function tenant_db.{}", function.name),
        "The role that the program logs in as may not call the function, so every statement on tenant data would fail.",
        format!("GRANT EXECUTE ON FUNCTION tenant_db.{}() TO {};", function.name, check.runtime),
    );
}

fn may_use_schema(check: &mut Check<'_>) {
    let is_usable = check.snapshot.tenant_schema.as_ref().is_none_or(|schema| schema.usable);
    if is_usable || check.misdirection.is_some() {
        return;
    }
    check.error(
        "TD403",
        "schema tenant_db",
        "The role that the program logs in as may not use the schema, so inserts that leave the tenant out would fail.",
        format!("GRANT USAGE ON SCHEMA tenant_db TO {};", check.runtime),
    );
}
