//! What is selected, what it is read as, and how that becomes the struct.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::super::model::Model;
use crate::field::Field;
use crate::names::{column_alias, span_of};

/// The tenant, and the fields in a tuple of their own, so that the tenant costs none of diesel's places (I6).
///
/// ```ignore
/// type Selection = (__column_tenant_id, (__column_id, __column_name,));
/// type Row = (__Key, (__Field0, __Field1,));
/// ```
pub(super) fn associated_types(model: &Model) -> TokenStream {
    let tenant_column = column_alias(&model.tenant_column);
    let selected = model.fields.iter().map(selected_type);
    let cells = model.fields.iter().enumerate().map(|(at, field)| {
        let (name, ty) = (cell_name(at), &field.ty);
        if field.column().is_some() { quote!(#name) } else { quote!(#ty) }
    });
    quote! {
        type Selection = (#tenant_column, (#(#selected,)*));
        type Row = (__Key, (#(#cells,)*));
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
    let values =
        model.fields.iter().zip(&bindings).map(|(field, binding)| {
            if field.column().is_some() { quote!(#binding.0) } else { quote!(#binding) }
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

/// For each column, what stands for its field in a row. It can be read whatever the field's type is: a type that does not fit
/// is reported in the body of `build_from_row`, at the field's type, and not for the whole row as well.
///
/// ```ignore
/// pub struct __Field1(String);
/// impl FromStaticSqlRow<SqlTypeOf<__column_name>, Pg> for __Field1 { … __p::read::<String, …>(__row) … }
/// impl Queryable<SqlTypeOf<__column_name>, Pg> for __Field1 { type Row = Self; … }
/// ```
pub(super) fn cells(model: &Model) -> TokenStream {
    model.fields.iter().enumerate().filter_map(|(at, field)| cell(at, field)).collect()
}

fn cell(at: usize, field: &Field) -> Option<TokenStream> {
    let (name, ty, span) = (cell_name(at), &field.ty, span_of(&field.ty));
    let column = column_alias(field.column()?);
    let sql_type = quote!(__p::diesel::dsl::SqlTypeOf<#column>);
    let read = match field.attr.deserialize_as.value() {
        Some(raw) => quote_spanned!(span=> __p::read_converted::<#raw, #ty, #sql_type>(__row)),
        None => quote_spanned!(span=> __p::read::<#ty, #sql_type>(__row)),
    };
    Some(quote! {
        #[doc(hidden)]
        pub struct #name(#ty);
        #[automatically_derived]
        impl __p::diesel::deserialize::FromStaticSqlRow<#sql_type, __p::diesel::pg::Pg> for #name {
            fn build_from_row<'__a>(
                __row: &impl __p::diesel::row::Row<'__a, __p::diesel::pg::Pg>,
            ) -> __p::diesel::deserialize::Result<Self> {
                ::core::result::Result::map(#read, Self)
            }
        }
        #[automatically_derived]
        impl __p::diesel::deserialize::Queryable<#sql_type, __p::diesel::pg::Pg> for #name {
            type Row = Self;
            fn build(__row: Self) -> __p::diesel::deserialize::Result<Self> {
                ::core::result::Result::Ok(__row)
            }
        }
    })
}

fn cell_name(at: usize) -> Ident {
    format_ident!("__Field{at}")
}
