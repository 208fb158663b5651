//! Which kinds of struct a derive accepts.

use syn::{Data, DeriveInput, Field, Fields};

use crate::ctxt::Ctxt;

/// The fields of a struct with named fields; reports everything else.
pub(crate) fn named_fields<'a>(ctxt: &Ctxt, input: &'a DeriveInput, derive: &str) -> Vec<&'a Field> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return fields.named.iter().collect(),
            Fields::Unnamed(_) => ctxt.error(
                &input.ident,
                format_args!(
                    "`{derive}` needs named fields, as the fields name columns: write `struct {} {{ … }}`",
                    input.ident
                ),
            ),
            Fields::Unit => ctxt.error(
                &input.ident,
                format_args!(
                    "`{derive}` needs fields, one for each column: write `struct {} {{ … }}`",
                    input.ident
                ),
            ),
        },
        data => not_a_struct(ctxt, input, data, derive),
    }
    Vec::new()
}

/// Reports everything but a unit struct.
pub(crate) fn unit_struct(ctxt: &Ctxt, input: &DeriveInput, derive: &str) {
    match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Unit) => no_generics(ctxt, input, derive),
        Data::Struct(_) => ctxt.error(
            &input.ident,
            format_args!(
                "`{derive}` is derived for a struct without fields: write `struct {};`",
                input.ident
            ),
        ),
        data => not_a_struct(ctxt, input, data, derive),
    }
}

/// The field of a tuple struct with one field; reports everything else.
pub(crate) fn newtype<'a>(ctxt: &Ctxt, input: &'a DeriveInput, derive: &str) -> Option<&'a Field> {
    match &input.data {
        Data::Struct(data) => {
            if let Fields::Unnamed(fields) = &data.fields
                && let (Some(field), 1) = (fields.unnamed.first(), fields.unnamed.len())
            {
                return Some(field);
            }
            ctxt.error(
                &input.ident,
                format_args!(
                    "`{derive}` is derived for a tuple struct with one field: write `struct {}(String);`",
                    input.ident
                ),
            );
        }
        data => not_a_struct(ctxt, input, data, derive),
    }
    None
}

/// Reports generics.
pub(crate) fn no_generics(ctxt: &Ctxt, input: &DeriveInput, derive: &str) {
    if !input.generics.params.is_empty() {
        ctxt.error(
            &input.generics,
            format_args!(
                "`{derive}` cannot be derived for a generic type: write out one struct for each use of it"
            ),
        );
    }
}

fn not_a_struct(ctxt: &Ctxt, input: &DeriveInput, data: &Data, derive: &str) {
    let what = if matches!(data, Data::Enum(_)) { "an enum" } else { "a union" };
    ctxt.error(
        &input.ident,
        format_args!("`{derive}` is derived for structs, and `{}` is {what}", input.ident),
    );
}
