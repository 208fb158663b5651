//! `#[derive(Role)]`.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Ident, LitStr, Path, Token};

use crate::attr::{Item, Key, Slot, did_you_mean, parenthesized_list, read_stream};
use crate::ctxt::{Ctxt, Errors};
use crate::shape;

const EXAMPLE: &str = "role(\"manager\", grants(ReadCustomers, WriteCustomers))";
const GRANTS: Key = Key {
    name: "grants",
    wants: "a list of types that derive `Permission`",
    example: "grants(ReadCustomers, WriteCustomers)",
};

/// A checked role.
struct Role {
    ident: Ident,
    name: LitStr,
    grants: Vec<Path>,
}

/// The derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    shape::unit_struct(&ctxt, input, "Role");
    let role = role(&ctxt, input);
    // Beside an error, a role that grants nothing.
    let powerless =
        || Role { ident: input.ident.clone(), name: LitStr::new("", input.ident.span()), grants: Vec::new() };
    ctxt.check().map_err(|errors| errors.beside(Some(expand(&powerless()))))?;
    Ok(role.as_ref().map(expand).unwrap_or_default())
}

fn role(ctxt: &Ctxt, input: &DeriveInput) -> Option<Role> {
    let mut attributes = input.attrs.iter().filter(|attribute| attribute.path().is_ident("role"));
    let Some(attribute) = attributes.next() else {
        ctxt.error(&input.ident, format_args!("the role has no name: write `#[{EXAMPLE}]`"));
        return None;
    };
    for second in attributes {
        ctxt.error(second, "`#[role(…)]` is given twice: keep one of the two");
    }
    let (name, items) = parse(ctxt, attribute)?;
    let mut grants = Slot::Absent;
    for item in &items {
        if item.key == GRANTS.name {
            grants.set(ctxt, &item.key, permissions(ctxt, item));
        } else {
            let key = item.key.to_string();
            ctxt.error(
                &item.key,
                format_args!(
                    "`{key}` is not known in `#[role(…)]`{}\nbeside the name there is only `grants`: `{}`",
                    did_you_mean(&key, &[GRANTS.name]),
                    GRANTS.example
                ),
            );
        }
    }
    Some(Role {
        ident: input.ident.clone(),
        name: checked_name(ctxt, name, "role", "manager")?,
        grants: grants.into_value().unwrap_or_default(),
    })
}

/// The name, and the items after it.
fn parse(ctxt: &Ctxt, attribute: &Attribute) -> Option<(LitStr, Vec<Item>)> {
    let parsed = attribute.parse_args_with(|input: ParseStream<'_>| {
        let name: LitStr = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        Ok((name, input.parse::<TokenStream>()?))
    });
    match parsed {
        Ok((name, rest)) => Some((name, read_stream(ctxt, rest, EXAMPLE))),
        Err(_) => {
            ctxt.error(
                attribute,
                format_args!("the role's name comes first, in quotes: write `#[{EXAMPLE}]`"),
            );
            None
        }
    }
}

/// The types in `grants(…)`.
fn permissions(ctxt: &Ctxt, item: &Item) -> Option<Vec<Path>> {
    let parsed = parenthesized_list(item)
        .and_then(|tokens| Punctuated::<Path, Token![,]>::parse_terminated.parse2(tokens).ok());
    let Some(parsed) = parsed else {
        ctxt.error(&item.key, GRANTS.wrong_form());
        return None;
    };
    let permissions: Vec<Path> = parsed.into_iter().collect();
    for (at, permission) in permissions.iter().enumerate() {
        let text = permission.to_token_stream().to_string();
        if permissions[..at].iter().any(|earlier| earlier.to_token_stream().to_string() == text) {
            ctxt.error(permission, format_args!("`{}` is granted twice", text.replace(' ', "")));
        }
    }
    Some(permissions)
}

/// A name of a role or permission: it stands in tokens, often in a list that is split at white space.
pub(crate) fn checked_name(ctxt: &Ctxt, name: LitStr, what: &str, example: &str) -> Option<LitStr> {
    let text = name.value();
    if text.is_empty() {
        ctxt.error(
            &name,
            format_args!("the {what}'s name is empty: tokens know it by its name, such as \"{example}\""),
        );
    } else if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        ctxt.error(
            &name,
            format_args!("the {what}'s name contains white space, at which tokens separate names: write it without, as in \"{example}\""),
        );
    } else {
        return Some(name);
    }
    None
}

/// ```text
/// impl ::tenant_db::Role for Viewer {
///     const NAME: &'static str = "viewer";
///     const PERMISSIONS: &'static [&'static str] = &[<ReadCustomers as ::tenant_db::Permission>::NAME];
/// }
/// impl ::tenant_db::Grants<ReadCustomers> for Viewer {}
/// ```
fn expand(role: &Role) -> TokenStream {
    let Role { ident, name, grants } = role;
    quote! {
        const _: () = {
            #[automatically_derived]
            impl ::tenant_db::Role for #ident {
                const NAME: &'static str = #name;
                const PERMISSIONS: &'static [&'static str] = &[#(<#grants as ::tenant_db::Permission>::NAME),*];
            }
            #(
                #[automatically_derived]
                impl ::tenant_db::Grants<#grants> for #ident {}
            )*
        };
    }
}
