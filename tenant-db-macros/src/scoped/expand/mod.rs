//! The impls of a model. Each function makes one item, shown in its comment.

mod checks;
mod keys;
mod meta;
mod record;
mod row;

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;
use syn::ext::IdentExt as _;

use super::model::Model;
use crate::names::{import_column, import_table, span_of};

/// Everything that `#[derive(TenantScoped)]` writes.
pub(crate) fn scoped(model: &Model) -> TokenStream {
    let imports = imports(model);
    let types = keys::types(model);
    let read_fields = row::read_fields(model);
    let tenant_model = tenant_model(model);
    let checks = checks::checks(model);
    let insert_records = record::insert_records(model);
    let registration = registration(model);
    quote! {
        const _: () = {
            #imports
            #checks
            #types
            #read_fields
            #tenant_model
            #insert_records
            #registration
        };
    }
}

/// The table and its columns under fixed names: what does not exist is reported once, where it is named.
///
/// ```ignore
/// use ::tenant_db::__private as __p;
/// use customers as __table;
/// use __table::tenant_id as __column_tenant_id;
/// use __table::name as __column_name;
/// ```
fn imports(model: &Model) -> TokenStream {
    let table = import_table(&model.table);
    let mut seen = BTreeSet::new();
    let columns: TokenStream = columns(model)
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
    let listed = model.defaults.iter().map(|column| (column, column.span()));
    // A tenant column by its default name is underlined at the table that lacks it.
    let tenant =
        if model.tenant_column_is_named { model.tenant_column.span() } else { span_of(&model.table) };
    fields.chain(listed).chain([(&model.tenant_column, tenant)]).collect()
}

/// ```ignore
/// impl ::tenant_db::TenantModel for Customer { … }
/// ```
fn tenant_model(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let meta = meta::meta(model);
    let key_types = keys::associated_types(model);
    let permissions = permissions(model);
    let row_types = row::associated_types(model);
    let key_functions = keys::functions(model);
    let row_functions = row::functions(model);
    quote! {
        #[automatically_derived]
        impl ::tenant_db::TenantModel for #ident {
            #meta
            #key_types
            #permissions
            type Table = __table::table;
            type Query = __Query;
            #row_types
            fn table() -> Self::Table {
                __table::table
            }
            #key_functions
            #row_functions
        }
    }
}

/// ```ignore
/// type Read = ReadCustomers;
/// type Insert = WriteCustomers;
/// type Update = WriteCustomers;
/// type Delete = WriteCustomers;
/// ```
fn permissions(model: &Model) -> TokenStream {
    let super::model::Permissions { read, insert, update, delete, .. } = &model.permissions;
    quote! {
        type Read = #read;
        type Insert = #insert;
        type Update = #update;
        type Delete = #delete;
    }
}

/// ```ignore
/// __p::inventory::submit! { *<Customer as ::tenant_db::TenantModel>::META }
/// ```
fn registration(model: &Model) -> TokenStream {
    let ident = &model.ident;
    quote! {
        __p::inventory::submit! {
            *<#ident as ::tenant_db::TenantModel>::META
        }
    }
}
