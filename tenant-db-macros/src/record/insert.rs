//! The impl of an insert struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::expand::{assignments, columns, imports, model, write_fields};
use super::model::{Record, Verb};
use crate::names::{at, column_alias, import_table};

/// Everything that `#[derive(TenantInsert)]` writes.
pub(super) fn insert(record: &Record) -> TokenStream {
    let imports = imports(record);
    let model = model(record);
    let write_fields = write_fields(record, Verb::Insert);
    let checks = checks(record);
    let tenant_insert = tenant_insert(record);
    quote! {
        const _: () = {
            #imports
            #model
            #write_fields
            #checks
            #tenant_insert
        };
    }
}

/// The impl beside errors, so that what uses the struct is not reported as well. Nothing comes of it: no function has a
/// body, and the row is that of a struct without fields.
pub(super) fn inert(record: &Record) -> TokenStream {
    let (ident, table, model) = (&record.ident, import_table(&record.table), model(record));
    let (impl_generics, type_generics, where_clause) = record.generics.split_for_impl();
    quote! {
        const _: () = {
            use ::tenant_db::__private as __p;
            #table
            #model
            #[automatically_derived]
            impl #impl_generics ::tenant_db::TenantInsert for #ident #type_generics #where_clause {
                type Model = __Model;
                type Record = <__Model as __p::InsertDefaults>::Record;
                const PARAMETERS: usize = 0;
                fn into_record(self, _: &<Self::Model as ::tenant_db::TenantModel>::Key) -> Self::Record {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// No field is the tenant column; together they fill every column that has to be filled.
///
/// ```text
/// const _: () = __p::assert_not_tenant_column(<__Model as ::tenant_db::Model>::META, "NewCustomer", …);
/// const __COLUMNS: &[&str] = &[…];
/// const _: () = __p::assert_complete(<__Model as ::tenant_db::Model>::META, "NewCustomer", __COLUMNS);
/// const __KEY_IS_GIVEN: bool = __p::names_primary_key(<__Model as ::tenant_db::Model>::META, __COLUMNS);
/// ```
fn checks(record: &Record) -> TokenStream {
    let name = record.ident.unraw().to_string();
    let not_tenant = record.fields.iter().filter_map(|field| {
        let (column, span) = (column_alias(field.column()?), at(field.ident.span()));
        Some(quote_spanned! {span=>
            const _: () = __p::assert_not_tenant_column(
                <__Model as ::tenant_db::Model>::META,
                #name,
                <#column as __p::diesel::query_source::Column>::NAME,
            );
        })
    });
    let columns = columns(record).map(column_alias);
    let span = at(record.ident.span());
    let complete = quote_spanned! {span=>
        const _: () = __p::assert_complete(<__Model as ::tenant_db::Model>::META, #name, __COLUMNS);
    };
    let key_is_given = (!record.fields.is_empty()).then(|| {
        quote! {
            const __KEY_IS_GIVEN: bool =
                __p::names_primary_key(<__Model as ::tenant_db::Model>::META, __COLUMNS);
        }
    });
    quote! {
        #(#not_tenant)*
        const __COLUMNS: &[&str] = &[#(<#columns as __p::diesel::query_source::Column>::NAME),*];
        #complete
        #key_is_given
    }
}

/// ```text
/// impl<'a> ::tenant_db::TenantInsert for NewCustomer<'a> { … }
/// ```
fn tenant_insert(record: &Record) -> TokenStream {
    let ident = &record.ident;
    let (impl_generics, type_generics, where_clause) = record.generics.split_for_impl();
    let (types, values) = assignments(record, Verb::Insert);
    // A row needs one column at least: the tenant's, if the struct gives none.
    let (record_impl, values) = if types.is_empty() {
        (quote!(<__Model as __p::InsertDefaults>), None)
    } else {
        let record = quote!(<__Model as __p::InsertRecord<__KEY_IS_GIVEN, (#(#types,)*)>>);
        (record, Some(quote!((#(#values,)*))))
    };
    // The tenant, and a key that is made.
    let parameters = record.fields.len() + 2;
    quote! {
        #[automatically_derived]
        impl #impl_generics ::tenant_db::TenantInsert for #ident #type_generics #where_clause {
            type Model = __Model;
            type Record = #record_impl::Record;
            const PARAMETERS: usize = #parameters;
            fn into_record(self, __tenant: &<Self::Model as ::tenant_db::TenantModel>::Key) -> Self::Record {
                #record_impl::record(__tenant, #values)
            }
        }
    }
}
