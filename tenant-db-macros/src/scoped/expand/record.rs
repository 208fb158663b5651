//! How an insert puts a row of the model together.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Model;

/// With the primary key that the insert struct gives, and without; and of nothing but defaults. A single `Uuid` is made
/// here where it is left out; any other key is then the database's to fill.
///
/// ```text
/// impl<__Values> __p::InsertRecord<true, __Values> for Customer { type Record = (__Tenant, __Values); … }
/// impl<__Values> __p::InsertRecord<false, __Values> for Customer {
///     type Record = (__Tenant, __PrimaryKeyEq, __Values);
///     …
/// }
/// impl __p::InsertDefaults for Customer { type Record = (__Tenant, __PrimaryKeyEq,); … }
/// ```
pub(super) fn insert_records(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let tenant = quote!(<Self as ::tenant_db::TenantModel>::tenant_eq(__tenant));
    let key_type = model.generates_key().then(|| quote!(__PrimaryKeyEq,));
    let key = model
        .generates_key()
        .then(|| quote!(<Self as ::tenant_db::TenantModel>::primary_key_eq(__p::Uuid::now_v7()),));
    quote! {
        #[automatically_derived]
        impl<__Values> __p::InsertRecord<true, __Values> for #ident {
            type Record = (__Tenant, __Values);
            fn record(__tenant: &Self::Key, __values: __Values) -> Self::Record {
                (#tenant, __values)
            }
        }
        #[automatically_derived]
        impl<__Values> __p::InsertRecord<false, __Values> for #ident {
            type Record = (__Tenant, #key_type __Values);
            fn record(__tenant: &Self::Key, __values: __Values) -> Self::Record {
                (#tenant, #key __values)
            }
        }
        #[automatically_derived]
        impl __p::InsertDefaults for #ident {
            type Record = (__Tenant, #key_type);
            fn record(__tenant: &Self::Key) -> Self::Record {
                (#tenant, #key)
            }
        }
    }
}
