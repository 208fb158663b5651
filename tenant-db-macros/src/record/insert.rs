//! The impl of an insert struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::expand::{assignments, columns, imports, same_table};
use super::model::Record;
use crate::names::{at, column_alias};

/// Everything that `#[derive(TenantInsert)]` writes.
pub(super) fn insert(record: &Record) -> TokenStream {
    let imports = imports(record);
    let same_table = same_table(record);
    let checks = checks(record);
    let tenant_insert = tenant_insert(record);
    quote! {
        const _: () = {
            #imports
            #same_table
            #checks
            #tenant_insert
        };
    }
}

/// No field is the tenant column; together they fill every column that has to be filled.
///
/// ```ignore
/// const _: () = __p::assert_not_tenant_column(<Customer as ::tenant_db::TenantModel>::META, "NewCustomer", …);
/// const __COLUMNS: &[&str] = &[…];
/// const _: () = __p::assert_complete(<Customer as ::tenant_db::TenantModel>::META, "NewCustomer", __COLUMNS);
/// const __KEY_IS_GIVEN: bool = __p::names_primary_key(<Customer as ::tenant_db::TenantModel>::META, __COLUMNS);
/// ```
fn checks(record: &Record) -> TokenStream {
    let model = &record.model;
    let name = record.ident.unraw().to_string();
    let not_tenant = record.fields.iter().filter_map(|field| {
        let (column, span) = (column_alias(field.column()?), at(field.ident.span()));
        Some(quote_spanned! {span=>
            const _: () = __p::assert_not_tenant_column(
                <#model as ::tenant_db::TenantModel>::META,
                #name,
                <#column as __p::diesel::query_source::Column>::NAME,
            );
        })
    });
    let columns = columns(record).map(column_alias);
    let span = at(record.ident.span());
    let complete = quote_spanned! {span=>
        const _: () = __p::assert_complete(<#model as ::tenant_db::TenantModel>::META, #name, __COLUMNS);
    };
    quote! {
        #(#not_tenant)*
        const __COLUMNS: &[&str] = &[#(<#columns as __p::diesel::query_source::Column>::NAME),*];
        #complete
        const __KEY_IS_GIVEN: bool =
            __p::names_primary_key(<#model as ::tenant_db::TenantModel>::META, __COLUMNS);
    }
}

/// ```ignore
/// impl<'a> ::tenant_db::TenantInsert for NewCustomer<'a> { … }
/// ```
fn tenant_insert(record: &Record) -> TokenStream {
    let (ident, model) = (&record.ident, &record.model);
    let (impl_generics, type_generics, where_clause) = record.generics.split_for_impl();
    let (types, values) = assignments(record);
    let record_impl = quote!(<#model as __p::InsertRecord<__KEY_IS_GIVEN, (#(#types,)*)>>);
    // The tenant, and a key that is made.
    let parameters = record.fields.len() + 2;
    quote! {
        #[automatically_derived]
        impl #impl_generics ::tenant_db::TenantInsert for #ident #type_generics #where_clause {
            type Model = #model;
            type Record = #record_impl::Record;
            const PARAMETERS: usize = #parameters;
            fn into_record(self, __tenant: &<Self::Model as ::tenant_db::TenantModel>::Key) -> Self::Record {
                #record_impl::record(__tenant, (#(#values,)*))
            }
        }
    }
}
