//! What may be written, and how: columns that can be assigned, keys that can conflict, versions, marks of deletion.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;
use syn::ext::IdentExt as _;

use super::super::model::Model;
use super::super::tenancy::Tenancy;
use crate::field::Field;
use crate::names::column_alias;

/// Everything of that. Reference data is not written by these verbs.
pub(super) fn writes(model: &Model) -> TokenStream {
    if matches!(model.tenancy, Tenancy::Global) {
        return TokenStream::new();
    }
    [assignable(model), conflict_targets(model), version(model), soft_delete(model)].into_iter().collect()
}

/// Beside errors: nothing is known of the version, so no change is refused for one.
///
/// ```text
/// impl ::tenant_db::query::Unversioned for Customer {}
/// ```
pub(super) fn unversioned(model: &Model) -> TokenStream {
    if matches!(model.tenancy, Tenancy::Global) {
        return TokenStream::new();
    }
    let ident = &model.ident;
    quote! {
        #[automatically_derived]
        impl ::tenant_db::query::Unversioned for #ident {}
    }
}

/// Columns that `column.eq(expression)` may assign: those of fields, without what says whose a row is, which one it is,
/// its version, and whether it is deleted.
///
/// ```text
/// impl ::tenant_db::query::Assignable<Customer> for __column_name {}
/// ```
fn assignable(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let mut seen = BTreeSet::new();
    let columns = model.fields.iter().filter_map(Field::column).filter(|column| !is_kept(model, column));
    columns
        .filter(|column| seen.insert(column.unraw().to_string()))
        .map(|column| {
            let column = column_alias(column);
            quote! {
                #[automatically_derived]
                impl ::tenant_db::query::Assignable<#ident> for #column {}
            }
        })
        .collect()
}

fn is_kept(model: &Model, column: &Ident) -> bool {
    let is = |other: &Ident| other.unraw() == column.unraw();
    let belongs = match model.tenancy.through() {
        Some(through) => through.foreign_key.iter().any(is),
        None => is(&model.tenant_column),
    };
    belongs
        || model.primary_key.iter().any(|part| is(&part.column))
        || [&model.version, &model.soft_delete].into_iter().flatten().any(is)
}

/// The primary key and the unique keys. Those of a child table only where they hold the reference to its parent: others
/// could conflict with rows of other tenants.
///
/// ```text
/// impl ::tenant_db::query::ConflictTarget<Customer> for __column_name { const COLUMNS: … = &[…]; }
/// impl ::tenant_db::query::ConflictTarget<Line> for (__column_order_id, __column_line) { const COLUMNS: … = &[…]; }
/// ```
fn conflict_targets(model: &Model) -> TokenStream {
    let primary_key: Vec<&Ident> = model.primary_key.iter().map(|part| &part.column).collect();
    let unique = model.unique.iter().map(|unique| unique.columns.iter().collect::<Vec<_>>());
    let keys: Vec<_> =
        [primary_key].into_iter().chain(unique).filter(|key| is_of_one_tenant(model, key)).collect();
    let same = |one: &[&Ident], other: &[&Ident]| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.unraw() == other.unraw())
    };
    let distinct =
        keys.iter().enumerate().filter(|(at, key)| !keys[..*at].iter().any(|earlier| same(earlier, key)));
    distinct.map(|(_, key)| conflict_target(&model.ident, key)).collect()
}

fn is_of_one_tenant(model: &Model, key: &[&Ident]) -> bool {
    model.tenancy.through().is_none_or(|through| {
        through.foreign_key.iter().all(|column| key.iter().any(|part| part.unraw() == column.unraw()))
    })
}

fn conflict_target(model: &Ident, key: &[&Ident]) -> TokenStream {
    let columns: Vec<_> = key.iter().map(|column| column_alias(column)).collect();
    let target = match columns.as_slice() {
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    quote! {
        #[automatically_derived]
        impl ::tenant_db::query::ConflictTarget<#model> for #target {
            const COLUMNS: &'static [&'static str] =
                &[#(<#columns as __p::diesel::query_source::Column>::NAME),*];
        }
    }
}

/// Only a model with a field for the version can say which one a row is.
///
/// ```text
/// impl ::tenant_db::query::Versioned for Document {
///     type Version = i64;
///     fn version(&self) -> i64 { … }
///     fn version_eq(__version: i64) -> __p::Condition { … }
/// }
/// ```
fn version(model: &Model) -> TokenStream {
    let Some(column) = &model.version else { return unversioned(model) };
    let Some(field) = model.fields.iter().find(|field| field.is_column(column)) else {
        return TokenStream::new();
    };
    let (ident, name, ty, column) = (&model.ident, &field.ident, &field.ty, column_alias(column));
    quote! {
        #[automatically_derived]
        impl ::tenant_db::query::Versioned for #ident {
            type Version = #ty;
            fn version(&self) -> #ty {
                ::core::clone::Clone::clone(&self.#name)
            }
            fn version_eq(__version: #ty) -> __p::Condition {
                __p::condition(__p::diesel::ExpressionMethods::eq(#column, __version))
            }
        }
    }
}

/// ```text
/// impl ::tenant_db::query::SoftDeletes for Document {}
/// ```
fn soft_delete(model: &Model) -> TokenStream {
    let ident = &model.ident;
    if model.soft_delete.is_none() {
        return TokenStream::new();
    }
    quote! {
        #[automatically_derived]
        impl ::tenant_db::query::SoftDeletes for #ident {}
    }
}
