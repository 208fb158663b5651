//! TD214 to TD216: keys that PostgreSQL checks across tenants, because the tenant is no part of them.

use super::check::Check;
use super::snapshot::{ForeignKey, Key, Table};
use crate::database::{KEPT_KEY_SUFFIX, is_same_table, quote_ident};
use crate::meta::{ModelMeta, Tenancy};

pub(super) fn check(check: &mut Check<'_>, model: &ModelMeta, table: &Table) {
    for key in table.foreign_keys.iter().filter(|key| !leads_to_parent(model, key)) {
        foreign_key(check, model, key);
    }
    for key in table.keys.iter().filter(|key| !is_unguessable(key)) {
        if !is_reached_through(check, model, key) {
            unique_key(check, model, table, key);
        }
    }
}

/// Where rows belong to the tenant of a parent, the reference to it is what says whose they are.
fn leads_to_parent(model: &ModelMeta, key: &ForeignKey) -> bool {
    match model.tenancy {
        Tenancy::Through { foreign_key, .. } => {
            key.columns.len() == foreign_key.len()
                && key.columns.iter().all(|(mine, _)| foreign_key.contains(&mine.as_str()))
        }
        _ => false,
    }
}

/// Tables without a tenant column refer to the primary key alone: a model asks for that.
fn is_reached_through(check: &Check<'_>, model: &ModelMeta, key: &Key) -> bool {
    let is_whole_key = key.columns.len() == model.primary_key.len()
        && model
            .primary_key
            .iter()
            .all(|column| key.columns.iter().any(|own| own.trim_matches('"') == *column));
    is_whole_key
        && !key.dependents.is_empty()
        && check.models.iter().any(|child| match child.tenancy {
            Tenancy::Through { parent, .. } => is_same_table(parent(), model),
            _ => false,
        })
}

/// The key that the migration keeps, because foreign keys rest on it, gives nothing away where it is made of UUIDs.
fn is_unguessable(key: &Key) -> bool {
    key.name.ends_with(KEPT_KEY_SUFFIX) && key.is_uuids && !key.dependents.is_empty()
}

fn unique_key(check: &mut Check<'_>, model: &ModelMeta, table: &Table, key: &Key) {
    let (what, code) =
        if key.exclusion { ("exclusion constraint", "23P01") } else { ("unique key", "23505") };
    check.warning(
        "TD215",
        format!("{what} {} on {}", key.name, key.table),
        format!(
            "It is on ({}), without {} in a form that keeps tenants apart. So it is checked across tenants: a conflict (SQLSTATE {code}) tells one tenant \
             which values another one has, and keeps it from using them.",
            key.columns.join(", "),
            model.anchors().join(", ")
        ),
        unique_key_remedy(check, model, table, key),
    );
}

fn unique_key_remedy(check: &Check<'_>, model: &ModelMeta, table: &Table, key: &Key) -> String {
    let anchors: Vec<String> = model.anchors().into_iter().map(quote_ident).collect();
    let mended = |oid: u32| {
        check.snapshot.tables.iter().any(|other| other.foreign_keys.iter().any(|foreign| foreign.oid == oid))
    };
    if let Some(dependent) = key.dependents.iter().find(|dependent| !mended(dependent.oid)) {
        return format!(
            "-- Foreign key {} of {} rests on it. Give that table the tenant, and let the foreign key refer to {} with it.\n\
             -- Then: {}",
            dependent.name,
            dependent.table,
            table.name,
            drop_key(key)
        );
    }
    // The remedies of the foreign keys that rested on it have made the key with the tenant.
    if key.covered || !key.dependents.is_empty() {
        return format!("-- The same columns are a key together with the tenant.\n{}", drop_key(key));
    }
    let Some(create) = create(key, &anchors) else {
        return format!("-- Make it again with {} first. It is: {}", anchors.join(", "), key.definition);
    };
    let hint = if key.exclusion {
        "-- Comparing by equality in a GiST index takes extension btree_gist.\n"
    } else {
        "-- An ON CONFLICT that names its columns names the tenant too from then on.\n"
    };
    format!("{hint}{create}")
}

fn drop_key(key: &Key) -> String {
    match key.constraint {
        Some(_) => format!("ALTER TABLE {} DROP CONSTRAINT {};", key.table, quote_ident(&key.name)),
        None => format!("DROP INDEX {};", key.index),
    }
}

/// The key with the tenant first, in place of the one that is there. PostgreSQL's own definition has the rest of it.
fn create(key: &Key, anchors: &[String]) -> Option<String> {
    let lead = |definition: &str| {
        let operator = if key.exclusion { " WITH =" } else { "" };
        let (before, after) = definition.split_once('(')?;
        let anchors: String = anchors.iter().map(|anchor| format!("{anchor}{operator}, ")).collect();
        Some(format!("{before}({anchors}{after}"))
    };
    match &key.constraint {
        Some(constraint) => Some(format!(
            "ALTER TABLE {} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {};",
            key.table,
            lead(constraint)?,
            name = quote_ident(&key.name)
        )),
        None => {
            let rest = key.definition.strip_prefix(&format!("CREATE UNIQUE INDEX {} ON ", key.quoted))?;
            let rest = rest.strip_prefix("ONLY ").unwrap_or(rest).strip_prefix(&key.table)?;
            Some(format!("CREATE UNIQUE INDEX ON {}{};\n{}", key.table, lead(rest)?, drop_key(key)))
        }
    }
}

fn foreign_key(check: &mut Check<'_>, model: &ModelMeta, key: &ForeignKey) {
    let columns: Vec<&str> = key.columns.iter().map(|(mine, _)| mine.as_str()).collect();
    let object = format!("foreign key {} on {}", key.name, key.table);
    let problem = format!(
        "It is on ({}) and refers to {} without the tenant. PostgreSQL checks it without asking policies, so a row can refer \
         to a row of another tenant, and a tenant can find out which keys another one has.",
        columns.join(", "),
        key.target
    );
    let remedy = foreign_key_remedy(check, model, key);
    if reaches_across(key) {
        let problem = format!(
            "{problem} When that tenant deletes or changes its row, the rows that refer to it are deleted or changed as well, \
             whosoever they are."
        );
        check.error("TD216", object, problem, remedy);
    } else {
        check.warning("TD214", object, problem, remedy);
    }
}

/// CASCADE, SET NULL and SET DEFAULT write to rows; NO ACTION and RESTRICT do not.
fn reaches_across(key: &ForeignKey) -> bool {
    [&key.on_delete, &key.on_update].iter().any(|action| matches!(action.as_str(), "c" | "n" | "d"))
}

fn foreign_key_remedy(check: &Check<'_>, model: &ModelMeta, key: &ForeignKey) -> String {
    let (Some(tenant), Some(target_tenant)) = (model.tenant_column(), &key.target_tenant) else {
        return format!(
            "-- One of the two tables has no tenant column, so the key cannot carry the tenant. Give it one, or: ALTER TABLE {} DROP CONSTRAINT {};",
            key.table,
            quote_ident(&key.name)
        );
    };
    let (mine, theirs): (Vec<String>, Vec<String>) = key
        .columns
        .iter()
        .filter(|(mine, _)| mine != tenant)
        .map(|(mine, theirs)| (quote_ident(mine), quote_ident(theirs)))
        .unzip();
    let old = mine.join(", ");
    let own = format!("{}, {old}", quote_ident(tenant));
    let theirs = format!("{}, {}", quote_ident(target_tenant), theirs.join(", "));
    let name = quote_ident(&key.name);
    let mut remedy =
        String::from("-- Rows that refer to rows of another tenant make it fail; mend them first.\n");
    if !key.has_key {
        remedy.push_str(&format!("ALTER TABLE {} ADD UNIQUE ({theirs});\n", key.target));
    }
    remedy.push_str(&format!(
        "ALTER TABLE {} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} FOREIGN KEY ({own}) REFERENCES {} ({theirs})",
        key.table, key.target,
    ));
    // Of two columns only the old one may become NULL: the tenant stays.
    match key.on_delete.as_str() {
        "c" => remedy.push_str(" ON DELETE CASCADE"),
        "r" => remedy.push_str(" ON DELETE RESTRICT"),
        "n" => remedy.push_str(&format!(" ON DELETE SET NULL ({old})")),
        "d" => remedy.push_str(&format!(" ON DELETE SET DEFAULT ({old})")),
        _ => {}
    }
    match key.on_update.as_str() {
        "c" => remedy.push_str(" ON UPDATE CASCADE"),
        "r" => remedy.push_str(" ON UPDATE RESTRICT"),
        // SET NULL and SET DEFAULT would change the tenant as well, and there they cannot name columns.
        _ => {}
    }
    if key.deferrable {
        remedy.push_str(if key.deferred { " DEFERRABLE INITIALLY DEFERRED" } else { " DEFERRABLE" });
    }
    remedy.push(';');
    if let Some(kept) = kept_for_this_alone(check, key) {
        remedy.push_str(&format!("\n-- Nothing else rests on the key that was kept for it.\n{kept}"));
    }
    remedy
}

/// Drops the key that the migration kept for this foreign key, where that key has no finding of its own.
fn kept_for_this_alone(check: &Check<'_>, key: &ForeignKey) -> Option<String> {
    let mut keys = check.snapshot.tables.iter().flat_map(|table| &table.keys);
    let kept = keys.find(|kept| kept.oid == key.index && is_unguessable(kept))?;
    kept.dependents.iter().all(|dependent| dependent.oid == key.oid).then(|| drop_key(kept))
}
