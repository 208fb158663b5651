//! The impl of an update struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::expand::{assignments, imports, model, optional, write_fields};
use super::model::{Record, Verb};
use crate::names::{at, column_alias, import_table};

/// Everything that `#[derive(TenantUpdate)]` writes.
pub(super) fn update(record: &Record) -> TokenStream {
    let imports = imports(record);
    let model = model(record);
    let write_fields = write_fields(record, Verb::Update);
    let checks = checks(record);
    let tenant_update = tenant_update(record);
    quote! {
        const _: () = {
            #imports
            #model
            #write_fields
            #checks
            #tenant_update
        };
    }
}

/// The impl beside errors, so that what uses the struct is not reported as well. Nothing comes of it: no function has a
/// body.
pub(super) fn inert(record: &Record) -> TokenStream {
    let (ident, table, model) = (&record.ident, import_table(&record.table), model(record));
    let (impl_generics, type_generics, where_clause) = record.generics.split_for_impl();
    quote! {
        const _: () = {
            use ::tenant_db::__private as __p;
            #table
            #model
            #[automatically_derived]
            impl #impl_generics ::tenant_db::TenantUpdate for #ident #type_generics #where_clause {
                type Model = __Model;
                type Changes = __p::NoChange<<__Model as ::tenant_db::Model>::Table>;
                fn is_empty(&self) -> bool {
                    ::core::unreachable!()
                }
                fn into_changes(self) -> Self::Changes {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// No field is the tenant column or part of the primary key.
///
/// ```text
/// const _: () = __p::assert_updatable(<__Model as ::tenant_db::Model>::META, "CustomerChanges", …);
/// ```
fn checks(record: &Record) -> TokenStream {
    let name = record.ident.unraw().to_string();
    let updatable = record.fields.iter().filter_map(|field| {
        let (column, span) = (column_alias(field.column()?), at(field.ident.span()));
        Some(quote_spanned! {span=>
            const _: () = __p::assert_updatable(
                <__Model as ::tenant_db::Model>::META,
                #name,
                <#column as __p::diesel::query_source::Column>::NAME,
            );
        })
    });
    quote!(#(#updatable)*)
}

/// ```text
/// impl ::tenant_db::TenantUpdate for CustomerChanges { … }
/// ```
fn tenant_update(record: &Record) -> TokenStream {
    let ident = &record.ident;
    let (impl_generics, type_generics, where_clause) = record.generics.split_for_impl();
    let (types, values) = assignments(record, Verb::Update);
    let is_empty = is_empty(record);
    quote! {
        #[automatically_derived]
        impl #impl_generics ::tenant_db::TenantUpdate for #ident #type_generics #where_clause {
            type Model = __Model;
            type Changes = (#(#types,)*);
            fn is_empty(&self) -> bool {
                #is_empty
            }
            fn into_changes(self) -> Self::Changes {
                (#(#values,)*)
            }
        }
    }
}

/// `self.name.is_none() && …`, or `false` where a field always changes its column.
fn is_empty(record: &Record) -> TokenStream {
    if record.fields.iter().any(|field| optional(field).is_none()) {
        return quote!(false);
    }
    let fields = record.fields.iter().map(|field| &field.ident);
    quote!(#(::core::option::Option::is_none(&self.#fields))&&*)
}
