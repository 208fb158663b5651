//! What the impls of inserts and updates have in common.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Ident, Type};

use super::model::{Record, Verb};
use crate::field::Field;
use crate::names::{column_alias, import_column, import_table, option_argument, span_of};

/// The table and its columns under fixed names: what does not exist is reported once, where it is named.
///
/// ```text
/// use ::tenant_db::__private as __p;
/// use customers as __table;
/// use __table::name as __column_name;
/// ```
pub(super) fn imports(record: &Record) -> TokenStream {
    let table = import_table(&record.table);
    let mut seen = BTreeSet::new();
    let columns: TokenStream = columns(record)
        .filter(|column| seen.insert(column.unraw().to_string()))
        .map(|column| import_column(column, column.span()))
        .collect();
    quote! {
        use ::tenant_db::__private as __p;
        #table
        #columns
    }
}

/// The columns that are written, in the order of the fields.
pub(super) fn columns(record: &Record) -> impl Iterator<Item = &Ident> {
    record.fields.iter().filter_map(Field::column)
}

/// The model, and that the table is its own. Everything else refers to `__Model`, so that a model that is none is
/// reported once.
///
/// ```text
/// pub enum __Record {} // as visible as the struct, whose model may be as hidden as itself
/// impl __p::RecordModel for __Record { type Model = Customer; }
/// type __Model = <__Record as __p::RecordModel>::Model;
/// const _: fn() = __p::same_table::<__table::table, __Model>;
/// ```
pub(super) fn model(record: &Record) -> TokenStream {
    let (model, vis) = (&record.model, &record.vis);
    let span = span_of(model);
    let associated = quote_spanned!(span=> type Model = #model;);
    let span = span_of(&record.table);
    let same_table = quote_spanned!(span=> const _: fn() = __p::same_table::<__table::table, __Model>;);
    quote! {
        #[doc(hidden)]
        #[allow(unnameable_types, reason = "nobody but the impls beside it has to name it")]
        #vis enum __Record {}
        #[automatically_derived]
        impl __p::RecordModel for __Record {
            #associated
        }
        type __Model = <__Record as __p::RecordModel>::Model;
        #same_table
    }
}

/// Every field fits its column.
///
/// ```text
/// impl<'a> __p::WriteField<__p::Insert, 0> for NewCustomer<'a> {
///     type SqlType = __p::diesel::dsl::SqlTypeOf<__column_name>;
///     type Type = &'a str;
/// }
/// ```
pub(super) fn write_fields(record: &Record, verb: Verb) -> TokenStream {
    let (ident, verb) = (&record.ident, verb.marker());
    let (impl_generics, type_generics, where_clause) = record.generics.split_for_impl();
    let each = record.fields.iter().enumerate().filter_map(|(at, field)| {
        let column = column_alias(field.column()?);
        let written = written(field);
        let span = span_of(written);
        let associated = quote_spanned!(span=> type Type = #written;);
        Some(quote! {
            #[automatically_derived]
            impl #impl_generics __p::WriteField<#verb, #at> for #ident #type_generics #where_clause {
                type SqlType = __p::diesel::dsl::SqlTypeOf<#column>;
                #associated
            }
        })
    });
    each.collect()
}

/// What is written to the column: the field's type without its `Option`, or what `serialize_as` names.
fn written(field: &Field) -> &Type {
    field.attr.serialize_as.value().or(optional(field)).unwrap_or(&field.ty)
}

/// `column = value` for every field, as types and as values. `Option<T>` is `T` where it is `Some`, and otherwise
/// nothing.
///
/// ```text
/// __p::diesel::dsl::Eq<__column_name, <NewCustomer<'a> as __p::WriteField<__p::Insert, 0>>::Type>
/// __p::assign::<__column_name, <NewCustomer<'a> as __p::WriteField<__p::Insert, 0>>::Type>(__column_name, self.name)
/// ```
pub(super) fn assignments(record: &Record, verb: Verb) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let (ident, verb) = (&record.ident, verb.marker());
    let (_, type_generics, _) = record.generics.split_for_impl();
    let each = record.fields.iter().enumerate().filter_map(|(at, field)| {
        let (name, column) = (&field.ident, column_alias(field.column()?));
        let written = quote!(<#ident #type_generics as __p::WriteField<#verb, #at>>::Type);
        let equal = quote!(__p::diesel::dsl::Eq<#column, #written>);
        let assign = quote!(__p::assign::<#column, #written>);
        Some(if optional(field).is_some() {
            (
                quote!(::core::option::Option<#equal>),
                quote!(::core::option::Option::map(self.#name, |__value| #assign(#column, __value))),
            )
        } else if field.attr.serialize_as.is_absent() {
            (equal, quote!(#assign(#column, self.#name)))
        } else {
            let span = span_of(&field.ty);
            let into = quote_spanned!(span=> ::core::convert::Into::into(self.#name));
            (equal, quote!(#assign(#column, #into)))
        })
    });
    each.unzip()
}

/// `T` of a field that may leave its column out. With `serialize_as`, the field is converted as a whole.
pub(super) fn optional(field: &Field) -> Option<&Type> {
    if field.attr.serialize_as.is_absent() { option_argument(&field.ty) } else { None }
}
