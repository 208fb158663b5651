//! What the compiler checks for us, each at its place in the struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::super::model::{KeyColumn, Model};
use super::super::tenancy::Tenancy;
use crate::field::Field;
use crate::names::{column_alias, span_of};

/// The types of the tenant's key and of the primary key, and which table it is.
pub(super) fn keys(model: &Model) -> TokenStream {
    let key = key(model);
    let key_fields = model.primary_key.iter().map(|part| key_field(model, part));
    let table_of = table_of(model);
    quote! {
        #key
        #(#key_fields)*
        #table_of
    }
}

/// The type of a field for the tenant column, and the permissions. Those of the other fields are checked where they are
/// read.
pub(super) fn others(model: &Model) -> TokenStream {
    let tenant_field = tenant_field(model);
    let permissions = permissions(model);
    quote!(#tenant_field #permissions)
}

/// The key fits the tenant column.
///
/// ```text
/// impl __p::ModelTenant for Customer {
///     type SqlType = __p::diesel::dsl::SqlTypeOf<__column_tenant_id>;
///     type Key = CompanyId;
/// }
/// ```
///
/// A child table has its key from its parent, and a global one has none.
fn key(model: &Model) -> Option<TokenStream> {
    matches!(model.tenancy, Tenancy::Column).then(|| own_key(model))
}

fn own_key(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let column = column_alias(&model.tenant_column);
    let (key, span) = match &model.key {
        Some(key) => (quote!(#key), span_of(key)),
        None => {
            let span = span_of(&model.table);
            (quote_spanned!(span=> __p::Uuid), span)
        }
    };
    let associated = quote_spanned!(span=> type Key = #key;);
    quote! {
        #[automatically_derived]
        impl __p::ModelTenant for #ident {
            type SqlType = __p::diesel::dsl::SqlTypeOf<#column>;
            #associated
        }
    }
}

/// Inserts and updates name the table again.
///
/// ```text
/// impl __p::TableOf<Customer> for __table::table {}
/// ```
fn table_of(model: &Model) -> TokenStream {
    let ident = &model.ident;
    quote! {
        #[automatically_derived]
        impl __p::TableOf<#ident> for __table::table {}
    }
}

/// A model's own field for the tenant column has the type of the key.
///
/// ```text
/// impl __p::TenantField for Customer { type Type = CompanyId; }
/// ```
fn tenant_field(model: &Model) -> Option<TokenStream> {
    if !matches!(model.tenancy, Tenancy::Column) {
        return None;
    }
    let field = model.tenant_field()?;
    let (ident, ty, span) = (&model.ident, &field.ty, span_of(&field.ty));
    let associated = quote_spanned!(span=> type Type = #ty;);
    Some(quote! {
        #[automatically_derived]
        impl __p::TenantField for #ident {
            #associated
        }
    })
}

/// A field of the primary key can be compared with its column.
///
/// ```text
/// impl __p::KeyField<0> for Customer {
///     type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
///     type Type = Uuid;
/// }
/// ```
fn key_field(model: &Model, part: &KeyColumn) -> Option<TokenStream> {
    let (ident, at, column) = (&model.ident, part.field, column_alias(&part.column));
    let ty = &model.fields.get(at)?.ty;
    let span = span_of(ty);
    let associated = quote_spanned!(span=> type Type = #ty;);
    Some(quote! {
        #[automatically_derived]
        impl __p::KeyField<#at> for #ident {
            type SqlType = __p::diesel::dsl::SqlTypeOf<#column>;
            #associated
        }
    })
}

/// What the model asks for are permissions.
///
/// ```text
/// const _: fn() = __p::permission::<ReadCustomers>;
/// ```
fn permissions(model: &Model) -> TokenStream {
    model
        .permissions
        .named
        .iter()
        .map(|permission| {
            let span = span_of(permission);
            quote_spanned!(span=> const _: fn() = __p::permission::<#permission>;)
        })
        .collect()
}

/// A public view shows what its struct says, of the table behind it.
///
/// ```text
/// const _: () = __p::assert_shown(
///     <PublicJob as ::tenant_db::Model>::META,
///     <JobListing as ::tenant_db::Model>::META,
///     &["id", "title"],
/// );
/// ```
pub(super) fn shown(model: &Model) -> Option<TokenStream> {
    let (ident, of) = (&model.ident, &model.view.as_ref()?.of);
    let columns = model.fields.iter().filter_map(Field::column).map(column_alias);
    let span = span_of(&model.table);
    Some(quote_spanned! {span=>
        const _: () = __p::assert_shown(
            <#ident as ::tenant_db::Model>::META,
            <#of as ::tenant_db::Model>::META,
            &[#(<#columns as __p::diesel::query_source::Column>::NAME),*],
        );
    })
}
