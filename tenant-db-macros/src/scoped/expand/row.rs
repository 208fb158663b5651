//! What is selected, what it is read as, and how that becomes the struct.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::super::model::Model;
use super::super::tenancy::Tenancy;
use super::keys::tenant_column;
use crate::field::Field;
use crate::names::{column_alias, span_of};

/// The tenant, and the fields in a tuple of their own, so that the tenant costs none of diesel's places (I6).
///
/// ```text
/// type Selection = (__TenantColumn, (__column_id, __column_name,));
/// type Row = (__ReadKey, (__p::Read<Customer, 0>, __p::Read<Customer, 1>,));
/// ```
pub(super) fn associated_types(model: &Model) -> TokenStream {
    let selected = model.fields.iter().map(selected_type);
    let read = model.fields.iter().enumerate().map(|(at, field)| read_type(&model.ident, at, field));
    let (first, read_first) = first_types(model);
    quote! {
        type Selection = (#first, (#(#selected,)*));
        type Row = (#read_first, (#(#read,)*));
    }
}

/// What comes first: the tenant; of a global table, a column of the primary key.
fn first_types(model: &Model) -> (TokenStream, TokenStream) {
    if matches!(model.tenancy, Tenancy::Global)
        && let Some(part) = model.primary_key.first()
        && let Some(field) = model.fields.get(part.field)
    {
        return (selected_type(field), read_type(&model.ident, part.field, field));
    }
    (quote!(__TenantColumn), quote!(__ReadKey))
}

/// The type of the tenants' keys: of a global table, any; of a public view, nobody's.
pub(super) fn key(model: &Model) -> TokenStream {
    match model.tenancy {
        _ if model.view.is_some() => quote!(__p::Everybody),
        Tenancy::Global => quote!(__AnyKey),
        Tenancy::Column | Tenancy::Through(_) => quote!(__Key),
    }
}

/// Only the tenant: for a model whose fields may be wrong.
///
/// ```text
/// type Selection = (__TenantColumn,);
/// type Row = (__ReadKey,);
/// ```
pub(super) fn inert_types(model: &Model) -> TokenStream {
    if matches!(model.tenancy, Tenancy::Global) {
        return quote! {
            type Selection = ();
            type Row = ();
        };
    }
    quote! {
        type Selection = (__TenantColumn,);
        type Row = (__ReadKey,);
    }
}

/// ```text
/// fn selection() -> Self::Selection { … }
/// ```
pub(super) fn selection(model: &Model) -> TokenStream {
    let tenant_column = tenant_column(model);
    let selected = model.fields.iter().map(selected_value);
    quote! {
        fn selection() -> Self::Selection {
            (#tenant_column, (#(#selected,)*))
        }
    }
}

/// Whether the row is the tenant's, and the struct (I6).
///
/// ```text
/// fn owned((__tenant, (__field_0, __field_1,)): Self::Row, __own: &__Key) -> ::core::option::Option<Self> {
///     (&__tenant == __own).then(|| Self { id: __field_0, name: __field_1 })
/// }
/// ```
pub(super) fn owned(model: &Model) -> TokenStream {
    let names: Vec<_> = model.fields.iter().map(|field| &field.ident).collect();
    // Not the fields' own names: those may be diesel columns in scope, which patterns would then mean.
    let bindings: Vec<_> = (0..names.len()).map(|at| format_ident!("__field_{at}")).collect();
    let values = model.fields.iter().zip(&bindings).map(|(field, binding)| {
        if field.attr.deserialize_as.is_absent() { quote!(#binding) } else { quote!(#binding.into_inner()) }
    });
    if matches!(model.tenancy, Tenancy::Global) {
        let key = key(model);
        return quote! {
            fn owned(
                (_, (#(#bindings,)*)): <Self as ::tenant_db::Model>::Row,
                _: &#key,
            ) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self { #(#names: #values),* })
            }
        };
    }
    quote! {
        fn owned(
            (__tenant, (#(#bindings,)*)): <Self as ::tenant_db::Model>::Row,
            __own: &__Key,
        ) -> ::core::option::Option<Self> {
            if &__tenant == __own {
                ::core::option::Option::Some(Self { #(#names: #values),* })
            } else {
                ::core::option::Option::None
            }
        }
    }
}

/// `__column_name`, or what an embedded struct selects.
fn selected_type(field: &Field) -> TokenStream {
    match field.column() {
        Some(column) => {
            let column = column_alias(column);
            quote!(#column)
        }
        None => {
            let (ty, span) = (&field.ty, span_of(&field.ty));
            quote_spanned!(span=> <#ty as __p::diesel::Selectable<__p::diesel::pg::Pg>>::SelectExpression)
        }
    }
}

/// The same as a value.
fn selected_value(field: &Field) -> TokenStream {
    match field.column() {
        Some(column) => {
            let column = column_alias(column);
            quote!(#column)
        }
        None => {
            let (ty, span) = (&field.ty, span_of(&field.ty));
            quote_spanned!(span=> <#ty as __p::diesel::Selectable<__p::diesel::pg::Pg>>::construct_selection())
        }
    }
}

/// A field fits what is selected for it: one impl for each field, checked at the field's type.
///
/// ```text
/// impl __p::ReadField<1> for Customer {
///     type SqlType = __p::diesel::dsl::SqlTypeOf<__column_name>;
///     type Type = String;
/// }
/// ```
pub(super) fn read_fields(model: &Model) -> TokenStream {
    model.fields.iter().enumerate().map(|(at, field)| read_field(&model.ident, at, field)).collect()
}

fn read_field(ident: &Ident, at: usize, field: &Field) -> TokenStream {
    let selected = selected_type(field);
    let raw = field.attr.deserialize_as.value();
    let read = raw.unwrap_or(&field.ty);
    let span = span_of(read);
    let read = quote_spanned!(span=> type Type = #read;);
    let converted = raw.map(|_| {
        let (ty, span) = (&field.ty, span_of(&field.ty));
        let converted = quote_spanned!(span=> type Converted = #ty;);
        quote! {
            #[automatically_derived]
            impl __p::ConvertedField<#at> for #ident {
                #converted
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl __p::ReadField<#at> for #ident {
            type SqlType = __p::diesel::dsl::SqlTypeOf<#selected>;
            #read
        }
        #converted
    }
}

/// What stands for a field in a row.
fn read_type(ident: &Ident, at: usize, field: &Field) -> TokenStream {
    if field.attr.deserialize_as.is_absent() {
        quote!(__p::Read<#ident, #at>)
    } else {
        quote!(__p::ReadConverted<#ident, #at>)
    }
}
