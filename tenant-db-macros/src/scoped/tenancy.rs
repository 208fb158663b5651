//! `through(parent = User, foreign_key = user_id)`: rows that belong to the tenant of a parent row.

use proc_macro2::TokenStream;
use syn::parse::{Parse as _, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Ident, Token, Type};

use crate::attr::{Argument, Item, Key, Slot, arguments, did_you_mean, lookup, names, value};
use crate::ctxt::Ctxt;

pub(super) const THROUGH: Key = Key {
    name: "through",
    wants: "a parent and the columns that name its row",
    example: "through(parent = User, foreign_key = user_id)",
};
const PARENT: Key = Key { name: "parent", wants: "a model, without quotes", example: "parent = User" };
const FOREIGN_KEY: Key = Key {
    name: "foreign_key",
    wants: "the columns that name the parent's row",
    example: "foreign_key = user_id` or `foreign_key = (order_id, line)",
};
const KEYS: &[Key] = &[PARENT, FOREIGN_KEY];

/// How the rows of a model belong to tenants.
#[allow(clippy::large_enum_variant, reason = "there is one of it in a derive")]
pub(crate) enum Tenancy {
    /// By [`Model::tenant_column`](super::model::Model::tenant_column).
    Column,
    /// By the row of a parent.
    Through(Through),
    /// To none: reference data.
    Global,
}

/// The parent of a model without a tenant column.
#[derive(Debug, Clone)]
pub(crate) struct Through {
    /// The model.
    pub(crate) parent: Type,
    /// The columns that name its row, in the order of its primary key; at least one.
    pub(crate) foreign_key: Vec<Ident>,
}

impl Tenancy {
    /// The parent, where there is one.
    pub(crate) fn through(&self) -> Option<&Through> {
        match self {
            Self::Through(through) => Some(through),
            Self::Column | Self::Global => None,
        }
    }
}

/// `(parent = …, foreign_key = …)`.
pub(super) fn read(ctxt: &Ctxt, item: &Item) -> Option<Through> {
    let mut parent = Slot::default();
    let mut foreign_key = Slot::default();
    for argument in arguments(ctxt, item, &THROUGH)? {
        match argument {
            Argument::Named(item) => match lookup(KEYS, &item.key).map(|key| (key, key.name)) {
                Some((key, "parent")) => parent.set(ctxt, &item.key, value(ctxt, &item, key, Type::parse)),
                Some((key, _)) => foreign_key.set(ctxt, &item.key, value(ctxt, &item, key, columns)),
                None => unknown(ctxt, &item.key, THROUGH.name, KEYS),
            },
            Argument::Bare(tokens) => ctxt.error(tokens, THROUGH.wrong_form()),
        }
    }
    for (slot, name) in [(parent.is_absent(), PARENT.name), (foreign_key.is_absent(), FOREIGN_KEY.name)] {
        if slot {
            ctxt.error(&item.key, format_args!("`{name}` is missing: write `{}`", THROUGH.example));
        }
    }
    Some(Through { parent: parent.into_value()?, foreign_key: foreign_key.into_value()? })
}

/// `a`, or `(a, b)`.
pub(super) fn columns(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        return Ok(vec![input.parse()?]);
    }
    let list;
    syn::parenthesized!(list in input);
    let columns = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
    if columns.is_empty() {
        return Err(list.error("expected a column"));
    }
    Ok(columns.into_iter().collect())
}

/// The same from tokens of their own.
pub(super) fn columns_of(tokens: TokenStream) -> Option<Vec<Ident>> {
    columns.parse2(tokens).ok()
}

/// A name that is not known between the parentheses of `key`.
pub(super) fn unknown(ctxt: &Ctxt, name: &Ident, key: &str, known: &[Key]) {
    let known: Vec<&str> = known.iter().map(|key| key.name).collect();
    ctxt.error(
        name,
        format_args!(
            "`{name}` is not known in `{key}(…)`{}\nknown are {}",
            did_you_mean(&name.to_string(), &known),
            names(known.iter().copied())
        ),
    );
}
