//! How an insert puts a row of the model together.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Model;

/// With the primary key that the insert struct gives, and without. A single `Uuid` is made here where it is left out;
/// any other key is then the database's to fill.
///
/// ```ignore
/// impl<__Values> __p::InsertRecord<true, __Values> for Customer { type Record = (__Tenant, __Values); … }
/// impl<__Values> __p::InsertRecord<false, __Values> for Customer {
///     type Record = (__Tenant, __PrimaryKeyEq, __Values);
///     …
/// }
/// ```
pub(super) fn insert_records(model: &Model) -> TokenStream {
    let given = insert_record(model, true);
    let left_out = insert_record(model, false);
    quote!(#given #left_out)
}

fn insert_record(model: &Model, key_is_given: bool) -> TokenStream {
    let ident = &model.ident;
    let makes_key = !key_is_given && model.generates_key();
    let key_type = makes_key.then(|| quote!(__PrimaryKeyEq,));
    let key =
        makes_key.then(|| quote!(<Self as ::tenant_db::TenantModel>::primary_key_eq(__p::Uuid::now_v7()),));
    quote! {
        #[automatically_derived]
        impl<__Values> __p::InsertRecord<#key_is_given, __Values> for #ident {
            type Record = (__Tenant, #key_type __Values);
            fn record(__tenant: &Self::Key, __values: __Values) -> Self::Record {
                (<Self as ::tenant_db::TenantModel>::tenant_eq(__tenant), #key __values)
            }
        }
    }
}
