//! What is selected, what it is read as, and how that becomes the struct.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::super::model::Model;
use crate::field::Field;
use crate::names::{column_alias, span_of};

/// The tenant, and the fields in a tuple of their own, so that the tenant costs none of diesel's places (I6).
///
/// ```ignore
/// type Selection = (__column_tenant_id, (__column_id, __column_name,));
/// type Row = (__Key, (Uuid, String,));
/// ```
pub(super) fn associated_types(model: &Model) -> TokenStream {
    let tenant_column = column_alias(&model.tenant_column);
    let selected = model.fields.iter().map(selected_type);
    let read = model.fields.iter().map(read_type);
    quote! {
        type Selection = (#tenant_column, (#(#selected,)*));
        type Row = (__Key, (#(#read,)*));
    }
}

/// ```ignore
/// fn selection() -> Self::Selection { … }
/// fn from_row((__tenant, (__field_0, __field_1,)): Self::Row) -> (Self::Key, Self) { … }
/// ```
pub(super) fn functions(model: &Model) -> TokenStream {
    let tenant_column = column_alias(&model.tenant_column);
    let selected = model.fields.iter().map(selected_value);
    let names: Vec<_> = model.fields.iter().map(|field| &field.ident).collect();
    // Not the fields' own names: those may be diesel columns in scope, which patterns would then mean.
    let bindings: Vec<_> = (0..names.len()).map(|at| format_ident!("__field_{at}")).collect();
    let values = model.fields.iter().zip(&bindings).map(|(field, binding)| {
        if field.attr.deserialize_as.is_absent() { quote!(#binding) } else { quote!(#binding.into_inner()) }
    });
    quote! {
        fn selection() -> Self::Selection {
            (#tenant_column, (#(#selected,)*))
        }
        fn from_row((__tenant, (#(#bindings,)*)): Self::Row) -> (Self::Key, Self) {
            (__tenant, Self { #(#names: #values),* })
        }
    }
}

/// A model's own field for the tenant column has the type of the key.
///
/// ```ignore
/// const _: fn(CompanyId) -> __Key = |__tenant| __tenant;
/// ```
pub(super) fn tenant_field(model: &Model) -> Option<TokenStream> {
    let field = model.tenant_field()?;
    let (ty, span) = (&field.ty, span_of(&field.ty));
    Some(quote_spanned!(span=> const _: fn(#ty) -> __Key = |__tenant| __tenant;))
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

/// What a field is read as. A type that does not fit its column is reported once, at the field's type.
fn read_type(field: &Field) -> TokenStream {
    let (ty, span) = (&field.ty, span_of(&field.ty));
    let selected = selected_type(field);
    let read = quote_spanned! {span=>
        __p::ReadAs<__p::diesel::dsl::SqlTypeOf<#selected>>
    };
    match field.attr.deserialize_as.value() {
        Some(raw) => {
            let span = span_of(raw);
            quote_spanned!(span=> __p::Converted<<#raw as #read>::Value, #ty>)
        }
        None => quote_spanned!(span=> <#ty as #read>::Value),
    }
}
