//! TD2xx: the tables of the models.

use super::check::Check;
use super::constraints;
use super::functions::sql;
use super::keys;
use super::policies;
use super::snapshot::{Table, TenantColumn};
use crate::database::{
    guard_function, guard_function_ident, guard_name, guard_trigger, is_accepted_type, qualified, quote_ident,
};
use crate::meta::{ModelMeta, Tenancy};

/// `pg_trigger.tgtype` of BEFORE INSERT OR UPDATE FOR EACH ROW.
const BEFORE_INSERT_OR_UPDATE_ROW: i32 = 1 | 2 | 4 | 16;

/// What the runtime role may do to a table.
const ROWS_ONLY: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE"];

/// What it may do to a global one.
const READING_ONLY: &[&str] = &["SELECT"];

pub(super) fn check(check: &mut Check<'_>, position: usize, model: &ModelMeta, is_repeated: bool) {
    let Some(table) = check.snapshot.table(position) else {
        check.error(
            "TD201",
            format!("table {}", model.qualified_table()),
            format!("The table of model {} does not exist in this database.", model.name),
            "-- Apply the migration that creates it, then the one that isolates it (tenant_db::database::Migrator).",
        );
        return;
    };
    resolved(check, position, model, table);
    if is_repeated {
        return;
    }
    if !matches!(table.kind.as_str(), "r" | "p") {
        check.error(
            "TD202",
            format!("table {}", table.name),
            format!(
                "Model {} names something that is not a table, and policies are enforced on tables only.",
                model.name
            ),
            "-- Name the table behind it in #[tenant(table = …)].",
        );
        return;
    }
    match model.tenancy {
        Tenancy::Column(column) => with_tenant_column(check, model, column, table),
        Tenancy::Through { foreign_key, .. } => through_parent(check, model, foreign_key, table),
        // Everybody reads it.
        Tenancy::Global => {}
    }
    constraints::check(check, model, table);
    if !check.is_elevated() {
        grants(check, model, table);
    }
}

fn with_tenant_column(check: &mut Check<'_>, model: &ModelMeta, column: &str, table: &Table) {
    row_security(check, model, table);
    match &table.tenant {
        None => check.error(
            "TD203",
            format!("column {}.{column}", table.name),
            format!("The table of model {} has no such column, so nothing says which tenant a row belongs to.", model.name),
            format!(
                "ALTER TABLE {} ADD COLUMN {} {};\n-- Then fill it for every row, and apply the migration that isolates the table.",
                table.name,
                quote_ident(column),
                model.key.sql_type()
            ),
        ),
        Some(tenant) => {
            tenant_column(check, model, column, table, tenant);
            policies::check(check, model, table, Some(tenant));
            trigger(check, model, table);
            keys::check(check, model, table);
        }
    }
    primary_key(check, model, column, table);
}

fn through_parent(check: &mut Check<'_>, model: &ModelMeta, foreign_key: &[&str], table: &Table) {
    row_security(check, model, table);
    for name in foreign_key {
        let object = format!("column {}.{name}", table.name);
        match table.columns.iter().find(|column| column.name == *name) {
            None => check.error(
                "TD203",
                object,
                format!("The table of model {} has no such column, so nothing says which parent a row belongs to.", model.name),
                "-- Correct `foreign_key` in #[tenant(through(…))], or the table.",
            ),
            Some(column) if !column.not_null => check.error(
                "TD205",
                object,
                "The column may be NULL. A row without a parent belongs to no tenant, and nobody finds it again.",
                format!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;", table.name, quote_ident(name)),
            ),
            Some(_) => {}
        }
    }
    policies::check(check, model, table, None);
    keys::check(check, model, table);
}

fn resolved(check: &mut Check<'_>, position: usize, model: &ModelMeta, table: &Table) {
    let named = (model.table_sql)();
    if check.snapshot.resolved.get(position).copied().flatten() == Some(table.oid) {
        return;
    }
    // Without USAGE on the schema nothing resolves; that has a finding of its own. And what another role's search path
    // finds says nothing about the program's.
    if !table.schema_usable || check.misdirection.is_some() {
        return;
    }
    check.error(
        "TD209",
        format!("table {}", table.name),
        format!(
            "diesel writes {named} for model {}, and in sessions of this role that stands for another table or for none. \
             Statements would reach data that is not protected.",
            model.name
        ),
        format!(
            "-- Write the schema in `table! {{ {}.{} (…) }}` and in #[tenant(schema = …)], or mend the search_path of {}.",
            model.schema_name(),
            model.table,
            check.runtime
        ),
    );
}

fn row_security(check: &mut Check<'_>, model: &ModelMeta, table: &Table) {
    let sql_name = qualified(model.schema_name(), model.table);
    if !table.enabled {
        check.error(
            "TD206",
            format!("table {}", table.name),
            "Row-level security is not enabled, so no policy is applied: every tenant's rows are open to every query.",
            format!("ALTER TABLE {sql_name} ENABLE ROW LEVEL SECURITY;"),
        );
    }
    if !table.forced {
        check.error(
            "TD207",
            format!("table {}", table.name),
            "Row-level security is not forced, so the owner of the table, and every role that can become the owner, sees \
             and changes the rows of all tenants.",
            format!("ALTER TABLE {sql_name} FORCE ROW LEVEL SECURITY;"),
        );
    }
}

fn tenant_column(
    check: &mut Check<'_>,
    model: &ModelMeta,
    column: &str,
    table: &Table,
    tenant: &TenantColumn,
) {
    let object = format!("column {}.{column}", table.name);
    if !is_accepted_type(model.key, &tenant.sql_type) {
        check.error(
            "TD204",
            object.clone(),
            format!("The column is {}, and the key of model {} is {}.", tenant.sql_type, model.name, model.key),
            "-- Give the model the key type of the column: #[tenant(key = …)]; or the column the type of the key.",
        );
    }
    if !tenant.deterministic {
        check.error(
            "TD217",
            object.clone(),
            "Its collation takes different texts for equal, so two tenants whose keys differ in capitals, say, are one to \
             every policy and every predicate.",
            "-- Give the column a deterministic collation, such as \"C\": drop its policies, change its type with COLLATE, \
             and apply the isolating migration again.",
        );
    }
    if !tenant.not_null {
        check.error(
            "TD205",
            object,
            "The column may be NULL. A row without a tenant belongs to nobody, and foreign keys over it check nothing.",
            format!("ALTER TABLE {} ALTER COLUMN {} SET NOT NULL;", table.name, quote_ident(column)),
        );
    }
}

fn primary_key(check: &mut Check<'_>, model: &ModelMeta, tenant: &str, table: &Table) {
    if table.primary_key.first().is_some_and(|first| first == tenant) {
        return;
    }
    let (drop, rest): (_, Vec<&str>) = match &table.primary_key_name {
        Some(name) => (
            format!("DROP CONSTRAINT {}, ", quote_ident(name)),
            table.primary_key.iter().map(String::as_str).filter(|column| *column != tenant).collect(),
        ),
        None => (String::new(), model.primary_key.to_vec()),
    };
    let columns: Vec<String> = [tenant].iter().chain(&rest).map(|column| quote_ident(column)).collect();
    check.error(
        "TD208",
        format!("table {}", table.name),
        "The primary key does not lead with the tenant. A key of another tenant can be probed by inserting it, foreign \
         keys can point across tenants, and queries of one tenant read the index of all.",
        format!(
            "-- Where foreign keys rest on it, the migration that isolates the table moves them along.\n\
             ALTER TABLE {} {drop}ADD PRIMARY KEY ({});",
            table.name,
            columns.join(", ")
        ),
    );
}

fn trigger(check: &mut Check<'_>, model: &ModelMeta, table: &Table) {
    let name = guard_name(model);
    let problem = match table.triggers.iter().find(|trigger| trigger.name == name) {
        None => "is missing",
        Some(trigger) if matches!(trigger.enabled.as_str(), "D" | "R") => {
            let remedy = format!("ALTER TABLE {} ENABLE TRIGGER {};", table.name, quote_ident(&name));
            return guard_finding(check, table, &name, "is disabled", remedy);
        }
        Some(trigger)
            if trigger.kind != BEFORE_INSERT_OR_UPDATE_ROW
                || trigger.conditional
                || trigger.function_schema != "tenant_db"
                || trigger.function != guard_function_ident(model) =>
        {
            "is not the one that the models ask for"
        }
        Some(_) => return,
    };
    let mut remedy = format!("DROP TRIGGER IF EXISTS {} ON {};\n", quote_ident(&name), table.name);
    remedy.push_str(&sql(&guard_function(model, check.config)));
    remedy.push('\n');
    remedy.push_str(&sql(&[guard_trigger(model)]));
    guard_finding(check, table, &name, problem, remedy);
}

fn guard_finding(check: &mut Check<'_>, table: &Table, name: &str, problem: &str, remedy: String) {
    check.error(
        "TD210",
        format!("trigger {name} on {}", table.name),
        format!(
            "The trigger {problem}. It fills the tenant of new rows, and keeps rows from being moved to another tenant by \
             roles that policies do not stop."
        ),
        remedy,
    );
}

fn grants(check: &mut Check<'_>, model: &ModelMeta, table: &Table) {
    let is_global = matches!(model.tenancy, Tenancy::Global);
    let allowed = if is_global { READING_ONLY } else { ROWS_ONLY };
    for grant in table.grants.iter().filter(|grant| !allowed.contains(&grant.privilege.as_str())) {
        let grantee = grant.grantee.as_deref().map_or_else(|| "PUBLIC".to_owned(), quote_ident);
        check.error(
            "TD211",
            format!("table {}", table.name),
            format!(
                "{} on the table is granted to {}. {}",
                grant.privilege,
                grant.grantee.as_deref().unwrap_or("PUBLIC"),
                if is_global {
                    "The table belongs to no tenant and is read by all of them, so no program that serves one may write it."
                } else {
                    "Policies do not cover it: TRUNCATE empties the table for all tenants, REFERENCES probes for keys of \
                     others, TRIGGER runs code with the rights of others."
                }
            ),
            format!("REVOKE {} ON TABLE {} FROM {grantee};", grant.privilege, table.name),
        );
    }
    let missing: Vec<&str> =
        table.missing.iter().map(String::as_str).filter(|privilege| allowed.contains(privilege)).collect();
    if !missing.is_empty() || !table.schema_usable {
        let mut remedy =
            format!("GRANT USAGE ON SCHEMA {} TO {};", quote_ident(model.schema_name()), check.runtime);
        if !missing.is_empty() {
            remedy.push_str(&format!(
                "\nGRANT {} ON TABLE {} TO {};",
                missing.join(", "),
                table.name,
                check.runtime
            ));
        }
        check.warning(
            "TD212",
            format!("table {}", table.name),
            "The role that the program logs in as may not do everything to rows of this table. Such statements will be \
             refused; nothing leaks.",
            remedy,
        );
    }
    for creator in &table.schema_creators {
        check.error(
            "TD111",
            format!("schema {}", model.schema_name()),
            format!(
                "{creator}, which the program logs in as or can become, may create tables and functions in the schema. \
                 They could stand in for the real ones."
            ),
            format!(
                "REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {};",
                quote_ident(model.schema_name()),
                quote_ident(creator)
            ),
        );
    }
    for child in &table.open_children {
        check.error(
            "TD213",
            format!("table {child}"),
            format!(
                "The table is a partition or child of {}, and the role that the program logs in as can reach it by its own \
                 name, where the policies of the parent are not applied.",
                table.name
            ),
            format!("REVOKE ALL ON TABLE {child} FROM PUBLIC, {};", check.runtime),
        );
    }
}
