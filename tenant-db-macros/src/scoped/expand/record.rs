//! How an insert puts a row of the model together.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Model;
use super::super::tenancy::Tenancy;
use crate::names::column_alias;

/// With the primary key that the insert struct gives, and without; and of nothing but defaults. A single `Uuid` is made
/// here where it is left out; any other key is then the database's to fill.
///
/// ```text
/// impl<__Values> __p::InsertRecord<true, __Values> for Customer { type Record = (#tenant_type __Values,); … }
/// impl<__Values> __p::InsertRecord<false, __Values> for Customer {
///     type Record = (__Tenant, __PrimaryKeyEq, __Values);
///     …
/// }
/// impl __p::InsertDefaults for Customer { type Record = (__Tenant, __PrimaryKeyEq,); … }
/// ```
pub(super) fn insert_records(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let (tenant_type, tenant) = match model.tenancy {
        Tenancy::Column => {
            let column = column_alias(&model.tenant_column);
            let equal = quote! {
                __p::diesel::ExpressionMethods::eq(#column, ::core::clone::Clone::clone(__tenant)),
            };
            (Some(quote!(__Tenant,)), Some(equal))
        }
        // The parent says whose the row is.
        Tenancy::Through(_) => (None, None),
        Tenancy::Global => return TokenStream::new(),
    };
    // Nothing else is known of the row then.
    let unused = tenant.is_none().then(|| quote!(let _ = __tenant;));
    let key_type = model.generates_key().then(|| quote!(__PrimaryKeyEq,));
    let key = model
        .generates_key()
        .then(|| quote!(<Self as ::tenant_db::Model>::primary_key_eq(__p::Uuid::now_v7()),));
    quote! {
        #[automatically_derived]
        impl<__Values> __p::InsertRecord<true, __Values> for #ident {
            type Record = (#tenant_type __Values,);
            fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
                #unused
                (#tenant __values,)
            }
        }
        #[automatically_derived]
        impl<__Values> __p::InsertRecord<false, __Values> for #ident {
            type Record = (#tenant_type #key_type __Values,);
            fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
                #unused
                (#tenant #key __values,)
            }
        }
        #[automatically_derived]
        impl __p::InsertDefaults for #ident {
            type Record = (#tenant_type #key_type);
            fn record(__tenant: &__Key) -> Self::Record {
                #unused
                (#tenant #key)
            }
        }
    }
}
