//! Names and places in generated code.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned;
use syn::{GenericArgument, Ident, Path, PathArguments, Type};

/// A place in the user's code, seen as generated code: errors underline it, lints leave it alone.
pub(crate) fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// `customers::name` under a fixed name of ours, so that a column that does not exist is reported once.
pub(crate) fn column_alias(column: &Ident) -> Ident {
    format_ident!("__column_{}", column.unraw(), span = at(column.span()))
}

/// The import behind [`column_alias`]. `shown_at` is underlined where there is no such column.
///
/// ```text
/// use __table::name as __column_name;
/// ```
pub(crate) fn import_column(column: &Ident, shown_at: Span) -> TokenStream {
    let span = at(shown_at);
    let mut alias = column_alias(column);
    alias.set_span(span);
    let mut column = column.clone();
    column.set_span(span);
    quote_spanned!(span=> use __table::#column as #alias;)
}

/// The import of a table under a fixed name, so that a table that does not exist is reported once.
///
/// ```text
/// use customers as __table;
/// ```
pub(crate) fn import_table(table: &Path) -> TokenStream {
    let span = span_of(table);
    quote_spanned!(span=> use #table as __table;)
}

/// A type's tokens with the place of the whole type, for errors.
pub(crate) fn span_of(tokens: &impl Spanned) -> Span {
    at(tokens.span())
}

/// The last segment of a type's path: what the type is called, without looking through aliases.
pub(crate) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// `T` of a type written `Option<T>`.
pub(crate) fn option_argument(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match (arguments.args.first(), arguments.args.len()) {
        (Some(GenericArgument::Type(inner)), 1) => Some(inner),
        _ => None,
    }
}

/// The table that diesel infers from a struct's name: snake case and an `s`.
pub(crate) fn inferred_table(model: &Ident) -> Ident {
    let mut table = String::new();
    for character in model.unraw().to_string().chars() {
        if character.is_uppercase() && !table.is_empty() {
            table.push('_');
        }
        table.extend(character.to_lowercase());
    }
    table.push('s');
    Ident::new(&table, model.span())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn the_table_is_inferred_as_diesel_does() {
        assert_eq!(inferred_table(&parse_quote!(Customer)), "customers");
        assert_eq!(inferred_table(&parse_quote!(LineItem)), "line_items");
    }

    #[test]
    fn option_is_recognised_by_its_last_segment() {
        assert!(option_argument(&parse_quote!(Option<i32>)).is_some());
        assert!(option_argument(&parse_quote!(::core::option::Option<i32>)).is_some());
        assert!(option_argument(&parse_quote!(Vec<i32>)).is_none());
        assert!(option_argument(&parse_quote!(Option)).is_none());
    }
}
