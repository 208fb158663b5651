//! What the impls of inserts and updates have in common.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Ident, Type};

use super::model::Record;
use crate::field::Field;
use crate::names::{column_alias, import_column, span_of};

/// The table and its columns under fixed names: what does not exist is reported once, where it is named.
///
/// ```ignore
/// use ::tenant_db::__private as __p;
/// use customers as __table;
/// use __table::name as __column_name;
/// ```
pub(super) fn imports(record: &Record) -> TokenStream {
    let table = &record.table;
    let mut seen = BTreeSet::new();
    let columns: TokenStream = columns(record)
        .filter(|column| seen.insert(column.unraw().to_string()))
        .map(|column| import_column(column, column.span()))
        .collect();
    quote! {
        use ::tenant_db::__private as __p;
        #[allow(unused_imports, reason = "a struct without fields names no column")]
        use #table as __table;
        #columns
    }
}

/// The columns that are written, in the order of the fields.
pub(super) fn columns(record: &Record) -> impl Iterator<Item = &Ident> {
    record.fields.iter().filter_map(Field::column)
}

/// `table` is the table of `model`.
///
/// ```ignore
/// const _: fn() = __p::same_table::<Customer, __table::table>;
/// ```
pub(super) fn same_table(record: &Record) -> TokenStream {
    let model = &record.model;
    let span = span_of(model);
    quote_spanned!(span=> const _: fn() = __p::same_table::<#model, __table::table>;)
}

/// `column = value`, as a type and as a value. With `serialize_as`, the value is converted first.
pub(super) fn assignment(
    field: &Field,
    ty: &Type,
    value: &TokenStream,
) -> Option<(TokenStream, TokenStream)> {
    let column = column_alias(field.column()?);
    let span = span_of(&field.ty);
    Some(match field.attr.serialize_as.value() {
        Some(raw) => (
            quote_spanned!(span=> __p::diesel::dsl::Eq<#column, #raw>),
            quote_spanned!(span=> __p::diesel::ExpressionMethods::eq(#column, ::core::convert::Into::<#raw>::into(#value))),
        ),
        None => (
            quote_spanned!(span=> __p::diesel::dsl::Eq<#column, #ty>),
            quote_spanned!(span=> __p::diesel::ExpressionMethods::eq(#column, #value)),
        ),
    })
}

/// Like [`assignment`] for every field; `Option<T>` is `T` where it is `Some`, and otherwise nothing.
pub(super) fn assignments(record: &Record) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let each = record.fields.iter().filter_map(|field| {
        let (ident, span) = (&field.ident, span_of(&field.ty));
        if let Some(inner) = optional(field) {
            let (ty, value) = assignment(field, inner, &quote!(__value))?;
            Some((
                quote_spanned!(span=> ::core::option::Option<#ty>),
                quote_spanned!(span=> ::core::option::Option::map(self.#ident, |__value| #value)),
            ))
        } else {
            assignment(field, &field.ty, &quote!(self.#ident))
        }
    });
    each.unzip()
}

/// `T` of a field that may leave its column out. With `serialize_as`, the field is converted as a whole.
pub(super) fn optional(field: &Field) -> Option<&Type> {
    if field.attr.serialize_as.is_absent() { crate::names::option_argument(&field.ty) } else { None }
}
