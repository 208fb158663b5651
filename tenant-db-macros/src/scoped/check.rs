//! From what is written to a [`Model`]: what is missing, doubled or contradictory.

use std::collections::BTreeSet;

use syn::ext::IdentExt as _;
use syn::{DeriveInput, Ident, Type, parse_quote};

use super::attr::{Kind, ScopedAttr};
use super::model::{KeyColumn, Model, Permissions, View};
use super::tenancy::Tenancy;
use crate::attr::{Slot, names};
use crate::ctxt::Ctxt;
use crate::field::Field;

/// The model; `None` where an error was reported that leaves nothing to go on with.
pub(crate) fn model(
    ctxt: &Ctxt,
    input: &DeriveInput,
    kind: Kind,
    attr: ScopedAttr,
    fields: Vec<Field>,
) -> Option<Model> {
    let permissions = match kind {
        Kind::Scoped => permissions(ctxt, &attr),
        Kind::Global | Kind::View => reading_only(&attr),
    };
    if attr.table.is_absent() {
        let missing = match kind {
            Kind::View => {
                "`table` is missing: write `#[public_view(table = public_jobs, of = …, rows = …)]` with the path of the diesel table for the view"
            }
            Kind::Scoped | Kind::Global => {
                "`table` is missing: write `#[tenant(table = customers)]` with the path of the diesel table"
            }
        };
        match attr.span {
            Some(span) => ctxt.error_at(span, missing),
            None => ctxt.error(&input.ident, missing),
        }
    }
    let tenant_column = attr.column.value().cloned().unwrap_or_else(|| parse_quote!(tenant_id));
    for field in &fields {
        one_source(ctxt, field);
    }
    // Where rows belong to a parent's tenant, or to none, no column is the tenant's.
    let own_tenant = (kind == Kind::Scoped && attr.through.is_absent()).then_some(&tenant_column);
    let primary_key = primary_key(ctxt, input, kind, &attr, &fields, own_tenant);
    let defaults = defaults(ctxt, &attr, own_tenant);
    tenancy(ctxt, &attr);
    columns_of_constraints(ctxt, &attr, own_tenant);
    unique_names(ctxt, &attr);
    if let Some(schema) = attr.schema.value()
        && schema.value().is_empty()
    {
        ctxt.error(schema, "`schema` is empty: leave it out for the schema `public`");
    }
    let view = if kind == Kind::View { Some(view(ctxt, input, &attr)) } else { None };
    Some(Model {
        ident: input.ident.clone(),
        table: attr.table.into_value()?,
        tenancy: match (kind, attr.through) {
            (Kind::Global | Kind::View, _) => Tenancy::Global,
            (Kind::Scoped, Slot::Absent) => Tenancy::Column,
            (Kind::Scoped, through) => Tenancy::Through(through.into_value()?),
        },
        tenant_column,
        tenant_column_is_named: attr.column.value().is_some(),
        key: attr.key.into_value(),
        primary_key: primary_key?,
        schema: attr.schema.value().map(syn::LitStr::value),
        defaults,
        version: attr.version.into_value(),
        soft_delete: attr.soft_delete.into_value(),
        unique: attr.unique.into_values(),
        references: attr.references.into_values(),
        checks: attr.checks.into_values(),
        exclusions: attr.exclusions.into_values(),
        permissions: permissions?,
        view: match view {
            Some(view) => Some(view?),
            None => None,
        },
        fields,
    })
}

/// Which rows a public view shows: nothing is public by oversight, so both are said.
fn view(ctxt: &Ctxt, input: &DeriveInput, attr: &ScopedAttr) -> Option<View> {
    for (is_absent, missing) in [
        (
            attr.of.is_absent(),
            "`of` is missing: name the model whose rows the view shows, as in `of = JobListing`",
        ),
        (
            attr.rows.is_absent(),
            "`rows` is missing: say which rows everybody may see, as in `rows = \"status = 'open'\"`, or `rows = \"true\"` for all",
        ),
    ] {
        if is_absent {
            match attr.span {
                Some(span) => ctxt.error_at(span, missing),
                None => ctxt.error(&input.ident, missing),
            }
        }
    }
    let rows = attr.rows.value()?;
    if rows.value().trim().is_empty() {
        ctxt.error(rows, "`rows` is empty: say which rows everybody may see, or `\"true\"` for all");
        return None;
    }
    Some(View { of: attr.of.value()?.clone(), rows: rows.clone() })
}

/// A field is a column, or an embedded struct, not both.
fn one_source(ctxt: &Ctxt, field: &Field) {
    let (Some(embed), attr) = (field.attr.embed.key(), &field.attr) else { return };
    for other in [attr.column_name.key(), attr.deserialize_as.key()].into_iter().flatten() {
        ctxt.error(other, format_args!("`{other}` has no effect beside `{embed}`: remove one of the two"));
    }
}

/// The columns of the primary key with the types of their fields.
fn primary_key(
    ctxt: &Ctxt,
    input: &DeriveInput,
    kind: Kind,
    attr: &ScopedAttr,
    fields: &[Field],
    tenant_column: Option<&Ident>,
) -> Option<Vec<KeyColumn>> {
    let attribute = kind.attribute().0;
    let inferred = [parse_quote!(id)];
    let columns = match &attr.primary_key {
        Slot::Given(_, columns) => columns.as_slice(),
        Slot::Absent => &inferred,
        Slot::Broken => return None,
    };
    no_doubles(ctxt, columns, "primary_key");
    let mut key = Vec::new();
    for column in columns {
        if is(column, tenant_column) {
            ctxt.error(
                column,
                format_args!("`{column}` is the tenant column: `primary_key` names the columns beside it"),
            );
        } else if let Some(field) = fields.iter().position(|field| field.is_column(column)) {
            key.push(KeyColumn { column: column.clone(), field });
        } else if let Some(embedded) = fields.iter().find(|field| field.ident.unraw() == column.unraw()) {
            ctxt.error(
                &embedded.ident,
                format_args!("`{column}` is part of the primary key: it has to be a field for that column"),
            );
        } else if attr.primary_key.is_absent() {
            if !fields.is_empty() {
                ctxt.error(
                    &input.ident,
                    format_args!("`{}` has no field `id`: name the primary key, as in `#[{attribute}(primary_key = number)]`", input.ident),
                );
            }
        } else {
            ctxt.error(
                column,
                format_args!(
                    "`{}` has no field for the column `{column}`: every column of the primary key needs one",
                    input.ident
                ),
            );
        }
    }
    (key.len() == columns.len()).then_some(key)
}

/// The columns that the database fills.
fn defaults(ctxt: &Ctxt, attr: &ScopedAttr, tenant_column: Option<&Ident>) -> Vec<Ident> {
    let defaults = attr.defaults.value().cloned().unwrap_or_default();
    no_doubles(ctxt, &defaults, "defaults");
    for column in defaults.iter().filter(|column| is(column, tenant_column)) {
        ctxt.error(
            column,
            format_args!("`{column}` is the tenant column: the context fills it, never the database"),
        );
    }
    defaults
}

fn is(column: &Ident, other: Option<&Ident>) -> bool {
    other.is_some_and(|other| column.unraw() == other.unraw())
}

/// A table has a tenant column, or a parent.
fn tenancy(ctxt: &Ctxt, attr: &ScopedAttr) {
    let Some(through) = attr.through.key() else { return };
    for other in [attr.column.key(), attr.key.key()].into_iter().flatten() {
        ctxt.error(
            other,
            format_args!(
                "`{other}` has no meaning beside `{through}`: the tenant is that of the parent, remove it"
            ),
        );
    }
    if let Some(through) = attr.through.value() {
        no_doubles(ctxt, &through.foreign_key, "foreign_key");
        let unique = attr.unique.iter().map(|(key, unique)| (key, unique.columns.iter().collect::<Vec<_>>()));
        let excluded =
            attr.exclusions.iter().map(|(key, exclusion)| (key, exclusion.equal_columns().collect()));
        for (key, columns) in unique.chain(excluded) {
            let has = |column: &Ident| columns.iter().any(|own| own.unraw() == column.unraw());
            if !through.foreign_key.iter().all(has) {
                let wanted: Vec<String> = through.foreign_key.iter().map(Ident::to_string).collect();
                ctxt.error(
                    key,
                    format_args!(
                        "`{key}` on a table without a tenant column has to compare the columns of `foreign_key` ({}): \
                         without them, one tenant could tell which values another one has",
                        names(wanted.iter().map(String::as_str))
                    ),
                );
            }
        }
    }
}

/// The tenant is added to each constraint, so none of them names it.
fn columns_of_constraints(ctxt: &Ctxt, attr: &ScopedAttr, tenant_column: Option<&Ident>) {
    let not_tenant = |columns: &[Ident], key: &Ident| {
        no_doubles(ctxt, columns, &key.to_string());
        for column in columns.iter().filter(|column| is(column, tenant_column)) {
            ctxt.error(
                column,
                format_args!(
                    "`{column}` is the tenant column, which is part of every constraint: leave it out"
                ),
            );
        }
    };
    for (key, unique) in attr.unique.iter() {
        not_tenant(&unique.columns, key);
    }
    for (key, reference) in attr.references.iter() {
        not_tenant(&reference.columns, key);
    }
    for (key, exclusion) in attr.exclusions.iter() {
        not_tenant(&exclusion.columns().cloned().collect::<Vec<_>>(), key);
    }
    for (key, column) in
        [&attr.version, &attr.soft_delete].into_iter().filter_map(|slot| slot.key().zip(slot.value()))
    {
        if is(column, tenant_column) {
            ctxt.error(column, format_args!("`{column}` is the tenant column: `{key}` is another one"));
        }
        if attr.primary_key.value().is_some_and(|columns| columns.iter().any(|part| is(part, Some(column)))) {
            ctxt.error(
                column,
                format_args!("`{column}` is part of the primary key: `{key}` is another column"),
            );
        }
    }
    if let (Some(version), Some(soft_delete)) = (attr.version.value(), attr.soft_delete.value())
        && is(version, Some(soft_delete))
    {
        ctxt.error(
            soft_delete,
            format_args!("`{soft_delete}` is the version already: `soft_delete` is another column"),
        );
    }
}

/// Errors speak of a constraint by its name, so a table has each once.
fn unique_names(ctxt: &Ctxt, attr: &ScopedAttr) {
    let unique = attr.unique.iter().filter_map(|(_, unique)| unique.name.as_ref());
    let references = attr.references.iter().filter_map(|(_, reference)| reference.name.as_ref());
    let checks = attr.checks.iter().map(|(_, check)| &check.name);
    let exclusions = attr.exclusions.iter().map(|(_, exclusion)| &exclusion.name);
    let mut seen = BTreeSet::new();
    for name in unique.chain(references).chain(checks).chain(exclusions) {
        if !seen.insert(name.value()) {
            ctxt.error(name, format_args!("two constraints are called `{}`", name.value()));
        }
    }
}

fn no_doubles(ctxt: &Ctxt, columns: &[Ident], key: &str) {
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|earlier| earlier.unraw() == column.unraw()) {
            ctxt.error(column, format_args!("`{column}` is named twice in `{key}`"));
        }
    }
}

/// A global table is only read.
fn reading_only(attr: &ScopedAttr) -> Option<Permissions> {
    let open: Type = parse_quote!(::tenant_db::NoPermission);
    let (read, named) = match &attr.read {
        Slot::Absent => (open.clone(), Vec::new()),
        read => (read.value()?.clone(), vec![read.value()?.clone()]),
    };
    Some(Permissions { read, insert: open.clone(), update: open.clone(), delete: open, named })
}

/// Either no permission at all, or reading and each way of writing covered: a model that forgot one must not be open.
fn permissions(ctxt: &Ctxt, attr: &ScopedAttr) -> Option<Permissions> {
    let writes = [("insert", &attr.insert), ("update", &attr.update), ("delete", &attr.delete)];
    let named = [&attr.read, &attr.write, &attr.insert, &attr.update, &attr.delete];
    if named.iter().all(|slot| slot.is_absent()) {
        let open: Type = parse_quote!(::tenant_db::NoPermission);
        return Some(Permissions {
            read: open.clone(),
            insert: open.clone(),
            update: open.clone(),
            delete: open,
            named: Vec::new(),
        });
    }

    if let Some(write) = attr.write.key()
        && writes.iter().all(|(_, slot)| !slot.is_absent())
    {
        ctxt.error(
            write,
            "`write` has no effect, as `insert`, `update` and `delete` are all given: remove it",
        );
    }
    let mut missing = Vec::new();
    if attr.read.is_absent() {
        missing.push("read");
    }
    if attr.write.is_absent() {
        let absent: Vec<&str> =
            writes.iter().filter(|(_, slot)| slot.is_absent()).map(|(name, _)| *name).collect();
        if absent.len() == writes.len() { missing.push("write") } else { missing.extend(absent) }
    }
    if !missing.is_empty()
        && let Some(key) = named.into_iter().find_map(Slot::key)
    {
        ctxt.error(
            key,
            format_args!(
                "permissions are named for some operations only, {} {} missing: name a permission, or \
                 `tenant_db::NoPermission` for what every role may do",
                names(missing.iter().copied()),
                if missing.len() > 1 { "are" } else { "is" },
            ),
        );
    }

    let write = |slot: &Slot<Type>| slot.value().or(attr.write.value()).cloned();
    Some(Permissions {
        read: attr.read.value()?.clone(),
        insert: write(&attr.insert)?,
        update: write(&attr.update)?,
        delete: write(&attr.delete)?,
        named: named.into_iter().filter_map(Slot::value).cloned().collect(),
    })
}
