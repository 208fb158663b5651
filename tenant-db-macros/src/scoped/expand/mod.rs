//! The impls of a model. Each function makes one item, shown in its comment.

mod checks;
mod keys;
mod meta;
mod record;
mod relations;
mod row;
mod writes;

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;
use syn::ext::IdentExt as _;

use super::model::Model;
use super::tenancy::Tenancy;
use crate::names::{import_column, import_table, span_of};

/// Everything that `#[derive(TenantScoped)]`, `#[derive(GlobalTable)]` and `#[derive(PublicView)]` write.
pub(crate) fn model(model: &Model) -> TokenStream {
    let imports = imports(model, columns(model));
    let (key_checks, other_checks) = (checks::keys(model), checks::others(model));
    let shown = checks::shown(model);
    let types = keys::types(model);
    let read_fields = row::read_fields(model);
    let functions = [table(), keys::functions(model), row::selection(model)].into_iter().collect();
    let impls = impls(model, &row::associated_types(model), &functions, &row::owned(model));
    let insert_records = record::insert_records(model);
    let relations = relations::relations(model);
    let writes = writes::writes(model);
    let registration = registration(model);
    quote! {
        const _: () = {
            #imports
            #key_checks
            #other_checks
            #types
            #read_fields
            #impls
            #insert_records
            #relations
            #writes
            #shown
            #registration
        };
    }
}

/// An impl beside errors, so that what uses the model is not reported as well. Nothing comes of it: no function has a
/// body, and the model is not registered.
pub(crate) fn inert(model: &Model) -> TokenStream {
    let imports = imports(model, key_columns(model));
    let key_checks = checks::keys(model);
    let types = keys::types(model);
    let impls = impls(model, &row::inert_types(model), &inert_functions(), &inert_owned(model));
    let insert_records = record::insert_records(model);
    let unversioned = writes::unversioned(model);
    quote! {
        const _: () = {
            #imports
            #key_checks
            #types
            #impls
            #insert_records
            #unversioned
        };
    }
}

/// ```text
/// fn table() -> Self::Table { ::core::unreachable!() }
/// …
/// ```
fn inert_functions() -> TokenStream {
    quote! {
        fn table() -> Self::Table {
            ::core::unreachable!()
        }
        fn primary_key(&self) -> Self::PrimaryKey {
            ::core::unreachable!()
        }
        fn primary_key_eq(_: Self::PrimaryKey) -> Self::PrimaryKeyEq {
            ::core::unreachable!()
        }
        fn primary_key_any(_: ::std::vec::Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny {
            ::core::unreachable!()
        }
        fn selection() -> Self::Selection {
            ::core::unreachable!()
        }
    }
}

/// ```text
/// fn owned(_: …, _: &__Key) -> ::core::option::Option<Self> { ::core::unreachable!() }
/// ```
fn inert_owned(model: &Model) -> TokenStream {
    let key = row::key(model);
    quote! {
        fn owned(_: <Self as ::tenant_db::Model>::Row, _: &#key) -> ::core::option::Option<Self> {
            ::core::unreachable!()
        }
    }
}

/// The table and its columns under fixed names: what does not exist is reported once, where it is named.
///
/// ```text
/// use ::tenant_db::__private as __p;
/// use customers as __table;
/// use __table::tenant_id as __column_tenant_id;
/// use __table::name as __column_name;
/// ```
fn imports(model: &Model, columns: Vec<(&Ident, Span)>) -> TokenStream {
    let table = import_table(&model.table);
    let mut seen = BTreeSet::new();
    let columns: TokenStream = columns
        .into_iter()
        .filter(|(column, _)| seen.insert(column.unraw().to_string()))
        .map(|(column, span)| import_column(column, span))
        .collect();
    quote! {
        use ::tenant_db::__private as __p;
        #table
        #columns
    }
}

/// Every column that the expansion names, with the place to underline: its field, else the key that names it.
fn columns(model: &Model) -> Vec<(&Ident, Span)> {
    let fields = model.fields.iter().filter_map(|field| field.column().map(|column| (column, column.span())));
    fields.chain(key_columns(model)).collect()
}

/// Those that the attribute names.
fn key_columns(model: &Model) -> Vec<(&Ident, Span)> {
    let keys = model.primary_key.iter().map(|part| &part.column);
    let named =
        keys.chain(&model.defaults).chain(model.named_columns()).map(|column| (column, column.span()));
    // A tenant column by its default name is underlined at the table that lacks it. Child tables and global ones have none.
    let tenant = matches!(model.tenancy, Tenancy::Column).then(|| {
        let span =
            if model.tenant_column_is_named { model.tenant_column.span() } else { span_of(&model.table) };
        (&model.tenant_column, span)
    });
    named.chain(tenant).collect()
}

/// ```text
/// impl ::tenant_db::Model for Customer { … }
/// impl ::tenant_db::Joinable<__Key> for Customer { … }
/// impl ::tenant_db::TenantModel for Customer { … }
/// ```
///
/// A global table is read for every type of key, and is no tenant's:
///
/// ```text
/// impl ::tenant_db::Model for Country { … }
/// impl<__AnyKey: ::tenant_db::TenantKey> ::tenant_db::Joinable<__AnyKey> for Country { … }
/// impl ::tenant_db::GlobalModel for Country {}
/// ```
fn impls(
    model: &Model,
    row_types: &TokenStream,
    functions: &TokenStream,
    owned: &TokenStream,
) -> TokenStream {
    let ident = &model.ident;
    let meta = meta::meta(model);
    let key_types = keys::associated_types();
    let super::model::Permissions { read, insert, update, delete, .. } = &model.permissions;
    let key = row::key(model);
    let is_global = matches!(model.tenancy, Tenancy::Global) && model.view.is_none();
    let generics = is_global.then(|| quote!(<#key: ::tenant_db::TenantKey>));
    let kind = if let Some(public_view) = meta::view(model) {
        public_view
    } else if is_global {
        quote! {
            #[automatically_derived]
            impl ::tenant_db::GlobalModel for #ident {}
        }
    } else {
        quote! {
            #[automatically_derived]
            impl ::tenant_db::TenantModel for #ident {
                type Key = __Key;
                type TenantSql = __TenantSql;
                type Insert = #insert;
                type Update = #update;
                type Delete = #delete;
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl ::tenant_db::Model for #ident {
            #meta
            type Table = __table::table;
            type Read = #read;
            #key_types
            #row_types
            #functions
        }
        #[automatically_derived]
        impl #generics ::tenant_db::Joinable<#key> for #ident {
            #owned
        }
        #kind
    }
}

/// ```text
/// fn table() -> Self::Table { __table::table }
/// ```
fn table() -> TokenStream {
    quote! {
        fn table() -> Self::Table {
            __table::table
        }
    }
}

/// ```text
/// __p::inventory::submit! { *<Customer as ::tenant_db::Model>::META }
/// __p::inventory::submit! { *<PublicJob as ::tenant_db::PublicView>::VIEW }
/// ```
fn registration(model: &Model) -> TokenStream {
    let ident = &model.ident;
    if model.view.is_some() {
        return quote! {
            __p::inventory::submit! {
                *<#ident as ::tenant_db::PublicView>::VIEW
            }
        };
    }
    quote! {
        __p::inventory::submit! {
            *<#ident as ::tenant_db::Model>::META
        }
    }
}
