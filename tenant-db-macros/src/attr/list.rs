//! `key = value, key(list), …`: the items of an attribute, read so that a mistake in one does not hide the others.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Meta, Token};

use super::keys::Key;
use crate::ctxt::Ctxt;

/// One item of an attribute: its key, and the tokens after it.
#[derive(Debug)]
pub(crate) struct Item {
    /// The key.
    pub(crate) key: Ident,
    /// What follows it, up to the comma.
    pub(crate) rest: TokenStream,
}

/// The items of `#[name(…)]`; `example` is what the attribute should look like. `None` where it has another form, which
/// is reported.
pub(crate) fn read(ctxt: &Ctxt, attribute: &Attribute, example: &str) -> Option<Vec<Item>> {
    match &attribute.meta {
        Meta::List(list) if matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) => {
            Some(read_stream(ctxt, list.tokens.clone(), example))
        }
        meta => {
            ctxt.error(meta, format_args!("the attribute is written `#[{example}]`"));
            None
        }
    }
}

/// The items of a comma-separated list.
pub(crate) fn read_stream(ctxt: &Ctxt, tokens: TokenStream, example: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for chunk in split_at_commas(tokens) {
        let read = |input: ParseStream<'_>| {
            let key = input.call(Ident::parse_any)?;
            Ok(Item { key, rest: input.parse()? })
        };
        match read.parse2(chunk.clone()) {
            Ok(item) => items.push(item),
            Err(_) => ctxt.error(chunk, format_args!("expected a key, as in `#[{example}]`")),
        }
    }
    items
}

/// Cuts at the commas that are not between angle brackets. Empty pieces are left out.
fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut chunks = vec![TokenStream::new()];
    let mut depth = 0_usize;
    let mut after_minus = false;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                ',' if depth == 0 => {
                    chunks.push(TokenStream::new());
                    after_minus = false;
                    continue;
                }
                '<' => depth += 1,
                '>' if !after_minus => depth = depth.saturating_sub(1),
                _ => {}
            }
            after_minus = punct.as_char() == '-';
        } else {
            after_minus = false;
        }
        if let Some(last) = chunks.last_mut() {
            last.extend([token]);
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// `key = value`. Reports another form, and then is `None`.
pub(crate) fn value<T>(
    ctxt: &Ctxt,
    item: &Item,
    key: &Key,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> Option<T> {
    let assignment = |input: ParseStream<'_>| {
        input.parse::<Token![=]>()?;
        parse(input)
    };
    match assignment.parse2(item.rest.clone()) {
        Ok(value) => Some(value),
        Err(_) => {
            ctxt.error(&item.key, key.wrong_form());
            None
        }
    }
}

/// `key(a, b)` with at least one name.
pub(crate) fn idents(ctxt: &Ctxt, item: &Item, key: &Key) -> Option<Vec<Ident>> {
    let list = parenthesized_list(item)
        .and_then(|tokens| Punctuated::<Ident, Token![,]>::parse_terminated.parse2(tokens).ok())
        .filter(|list| !list.is_empty());
    if list.is_none() {
        ctxt.error(&item.key, key.wrong_form());
    }
    Some(list?.into_iter().collect())
}

/// One argument of `key(value, name = value, …)`.
#[derive(Debug)]
pub(crate) enum Argument {
    /// `name = value`.
    Named(Item),
    /// Anything else.
    Bare(TokenStream),
}

/// `key(…)` with at least one argument.
pub(crate) fn arguments(ctxt: &Ctxt, item: &Item, key: &Key) -> Option<Vec<Argument>> {
    let arguments: Vec<Argument> = parenthesized_list(item)
        .map(|tokens| split_at_commas(tokens).into_iter().map(argument).collect())
        .unwrap_or_default();
    if arguments.is_empty() {
        ctxt.error(&item.key, key.wrong_form());
        return None;
    }
    Some(arguments)
}

fn argument(tokens: TokenStream) -> Argument {
    let named = |input: ParseStream<'_>| {
        let key = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Err(input.error("not an assignment"));
        }
        Ok(Item { key, rest: input.parse()? })
    };
    match named.parse2(tokens.clone()) {
        Ok(item) => Argument::Named(item),
        Err(_) => Argument::Bare(tokens),
    }
}

/// The tokens between the parentheses of `key(…)`, if that is its form.
pub(crate) fn parenthesized_list(item: &Item) -> Option<TokenStream> {
    let mut tokens = item.rest.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream())
        }
        _ => None,
    }
}

/// A name, or a string with anything in it.
pub(crate) fn string(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let ident = input.call(Ident::parse_any)?;
    Ok(LitStr::new(&ident.unraw().to_string(), ident.span()))
}

/// Finds a key by name.
pub(crate) fn lookup<'a>(keys: &'a [Key], name: &Ident) -> Option<&'a Key> {
    keys.iter().find(|key| name == key.name)
}
