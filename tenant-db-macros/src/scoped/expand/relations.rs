//! What references to other models are good for: joins, and children of parents.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Type};

use super::super::model::Model;
use crate::field::Field;
use crate::names::{column_alias, last_segment, span_of};

/// A parent, and the columns that name its row.
struct Relation<'m> {
    parent: &'m Type,
    columns: &'m [Ident],
}

/// The impls for every parent to which there is one way.
pub(super) fn relations(model: &Model) -> TokenStream {
    let all = all(model);
    all.iter()
        .enumerate()
        .filter(|(at, relation)| is_the_only_one(&all, *at, relation))
        .map(|(_, relation)| {
            // A table that is joined to itself needs an alias.
            let joins = (!is_itself(model, relation)).then(|| joins(model, relation));
            let belongs = belongs_to(model, relation);
            quote!(#joins #belongs)
        })
        .collect()
}

fn all(model: &Model) -> Vec<Relation<'_>> {
    let through = model
        .tenancy
        .through()
        .map(|through| Relation { parent: &through.parent, columns: &through.foreign_key });
    let references = model
        .references
        .iter()
        .map(|reference| Relation { parent: &reference.parent, columns: &reference.columns });
    through.into_iter().chain(references).collect()
}

/// Two references to one parent leave open which is meant, unless they are the same: a child table may say the one to the
/// parent that it is reached through twice.
fn is_the_only_one(all: &[Relation<'_>], at: usize, relation: &Relation<'_>) -> bool {
    let same_parent = |other: &Relation<'_>| name(other.parent) == name(relation.parent);
    let earlier = all[..at].iter().any(|other| same_parent(other) && other.columns == relation.columns);
    let different = all.iter().any(|other| same_parent(other) && other.columns != relation.columns);
    !earlier && !different
}

fn name(ty: &Type) -> String {
    quote!(#ty).to_string()
}

fn is_itself(model: &Model, relation: &Relation<'_>) -> bool {
    name(relation.parent) == "Self"
        || last_segment(relation.parent).is_some_and(|segment| segment.ident == model.ident)
}

/// Both directions.
///
/// ```text
/// impl ::tenant_db::query::JoinsTo<Customer> for Invoice { fn link() -> ::tenant_db::query::Link { … } }
/// impl ::tenant_db::query::JoinsTo<Invoice> for Customer { fn link() -> ::tenant_db::query::Link { … } }
/// ```
fn joins(model: &Model, relation: &Relation<'_>) -> TokenStream {
    let (ident, parent, span) = (&model.ident, relation.parent, span_of(relation.parent));
    let columns: Vec<_> = relation.columns.iter().map(column_alias).collect();
    let link = quote! {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <#ident as ::tenant_db::Model>::META,
                &[#(<#columns as __p::diesel::query_source::Column>::NAME),*],
                <#parent as ::tenant_db::Model>::META,
            )
        }
    };
    quote_spanned! {span=>
        #[automatically_derived]
        impl ::tenant_db::query::JoinsTo<#parent> for #ident {
            #link
        }
        #[automatically_derived]
        impl ::tenant_db::query::JoinsTo<#ident> for #parent {
            #link
        }
    }
}

/// Where the struct has fields for the foreign key.
///
/// ```text
/// impl ::tenant_db::query::BelongsTo<Customer> for Invoice {
///     fn parent_key(&self) -> ::core::option::Option<<Customer as ::tenant_db::Model>::PrimaryKey> { … }
///     fn belongs_to_any(…) -> __p::Piece { … }
/// }
/// ```
fn belongs_to(model: &Model, relation: &Relation<'_>) -> Option<TokenStream> {
    let fields: Vec<&Field> = relation
        .columns
        .iter()
        .map(|column| model.fields.iter().find(|field| field.is_column(column)))
        .collect::<Option<_>>()?;
    let (ident, parent, span) = (&model.ident, relation.parent, span_of(relation.parent));
    let key = quote!(<#parent as ::tenant_db::Model>::PrimaryKey);
    let columns: Vec<_> = relation.columns.iter().map(column_alias).collect();
    let names: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let (parent_key, any) = if let ([column], [name]) = (columns.as_slice(), names.as_slice()) {
        (
            quote!(::tenant_db::query::ParentKey::<#key>::parent_key(&self.#name)),
            quote!(__p::diesel::ExpressionMethods::eq_any(#column, __keys)),
        )
    } else {
        let parts: Vec<_> = (0..columns.len()).map(|at| format_ident!("__key_{at}")).collect();
        let each = columns
            .iter()
            .zip(&parts)
            .map(|(column, part)| quote!(__p::diesel::ExpressionMethods::eq(#column, #part)));
        let all = each.reduce(|all, next| quote!(__p::diesel::BoolExpressionMethods::and(#all, #next)));
        (
            quote!(::core::option::Option::Some((#(::tenant_db::query::ParentKey::parent_key(&self.#names)?),*))),
            quote! {
                __p::AnyOf::new(::std::iter::Iterator::collect(::std::iter::Iterator::map(
                    ::std::iter::IntoIterator::into_iter(__keys),
                    |(#(#parts),*): #key| #all,
                )))
            },
        )
    };
    Some(quote_spanned! {span=>
        #[automatically_derived]
        impl ::tenant_db::query::BelongsTo<#parent> for #ident {
            fn parent_key(&self) -> ::core::option::Option<#key> {
                #parent_key
            }
            fn belongs_to_any(__keys: ::std::vec::Vec<#key>) -> __p::Condition {
                __p::condition(#any)
            }
        }
    })
}
