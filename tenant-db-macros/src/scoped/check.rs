//! From what is written to a [`Model`]: what is missing, doubled or contradictory.

use syn::ext::IdentExt as _;
use syn::{DeriveInput, Ident, Type, parse_quote};

use super::attr::ScopedAttr;
use super::model::{KeyColumn, Model, Permissions};
use crate::attr::{Slot, names};
use crate::ctxt::Ctxt;
use crate::field::Field;

/// The model; `None` where an error was reported that leaves nothing to go on with.
pub(crate) fn model(ctxt: &Ctxt, input: &DeriveInput, attr: ScopedAttr, fields: Vec<Field>) -> Option<Model> {
    let permissions = permissions(ctxt, &attr);
    if attr.table.is_absent() {
        let missing =
            "`table` is missing: write `#[tenant(table = customers)]` with the path of the diesel table";
        match attr.span {
            Some(span) => ctxt.error_at(span, missing),
            None => ctxt.error(&input.ident, missing),
        }
    }
    let tenant_column = attr.column.value().cloned().unwrap_or_else(|| parse_quote!(tenant_id));
    for field in &fields {
        one_source(ctxt, field);
    }
    let primary_key = primary_key(ctxt, input, &attr, &fields, &tenant_column);
    let defaults = defaults(ctxt, &attr, &tenant_column);
    if let Some(schema) = attr.schema.value()
        && schema.value().is_empty()
    {
        ctxt.error(schema, "`schema` is empty: leave it out for the schema `public`");
    }
    Some(Model {
        ident: input.ident.clone(),
        table: attr.table.into_value()?,
        tenant_column,
        tenant_column_is_named: attr.column.value().is_some(),
        key: attr.key.into_value(),
        primary_key: primary_key?,
        schema: attr.schema.value().map(syn::LitStr::value),
        defaults,
        permissions: permissions?,
        fields,
    })
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
    attr: &ScopedAttr,
    fields: &[Field],
    tenant_column: &Ident,
) -> Option<Vec<KeyColumn>> {
    let inferred = [parse_quote!(id)];
    let columns = match &attr.primary_key {
        Slot::Given(_, columns) => columns.as_slice(),
        Slot::Absent => &inferred,
        Slot::Broken => return None,
    };
    no_doubles(ctxt, columns, "primary_key");
    let mut key = Vec::new();
    for column in columns {
        if column.unraw() == tenant_column.unraw() {
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
                    format_args!("`{}` has no field `id`: name the primary key, as in `#[tenant(primary_key = number)]`", input.ident),
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
fn defaults(ctxt: &Ctxt, attr: &ScopedAttr, tenant_column: &Ident) -> Vec<Ident> {
    let defaults = attr.defaults.value().cloned().unwrap_or_default();
    no_doubles(ctxt, &defaults, "defaults");
    for column in defaults.iter().filter(|column| column.unraw() == tenant_column.unraw()) {
        ctxt.error(
            column,
            format_args!("`{column}` is the tenant column: the context fills it, never the database"),
        );
    }
    defaults
}

fn no_doubles(ctxt: &Ctxt, columns: &[Ident], key: &str) {
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|earlier| earlier.unraw() == column.unraw()) {
            ctxt.error(column, format_args!("`{column}` is named twice in `{key}`"));
        }
    }
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
