//! [`FieldAttr`]: what is written on a field. `#[diesel(…)]` means what it means to diesel, or is refused.

use syn::{Attribute, Ident, LitStr, Type};

use super::keys::Key;
use super::list::{self, Item};
use super::nearest::{did_you_mean, names};
use super::slot::Slot;
use crate::ctxt::Ctxt;

const COLUMN_NAME: Key =
    Key { name: "column_name", wants: "the name of a column", example: "column_name = email_address" };
const DESERIALIZE_AS: Key =
    Key { name: "deserialize_as", wants: "a type", example: "deserialize_as = RawEmail" };
const SERIALIZE_AS: Key = Key { name: "serialize_as", wants: "a type", example: "serialize_as = RawEmail" };
const EMBED: Key = Key { name: "embed", wants: "no value", example: "embed" };

/// Which keys a derive honours. Every other key is refused: to ignore one would be to do something else than the
/// struct says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// `TenantScoped`.
    Reading,
    /// `TenantInsert` and `TenantUpdate`.
    Writing,
}

/// What is written on a field.
#[derive(Default)]
pub(crate) struct FieldAttr {
    /// `column_name = …`.
    pub(crate) column_name: Slot<Ident>,
    /// `deserialize_as = …`.
    pub(crate) deserialize_as: Slot<Type>,
    /// `serialize_as = …`.
    pub(crate) serialize_as: Slot<Type>,
    /// `embed`.
    pub(crate) embed: Slot<()>,
}

impl FieldAttr {
    /// Reads the attributes of a field.
    pub(crate) fn read(ctxt: &Ctxt, attributes: &[Attribute], allowed: Allowed) -> Self {
        let mut read = Self::default();
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("diesel") {
                for item in
                    list::read(ctxt, attribute, "diesel(column_name = email_address)").unwrap_or_default()
                {
                    read.take(ctxt, &item, allowed);
                }
            } else if path.is_ident("encrypted") || path.is_ident("masked") {
                let name = path.get_ident().map(Ident::to_string).unwrap_or_default();
                ctxt.error(
                    attribute,
                    format_args!(
                        "`#[{name}]` is not supported yet: remove it, and do not keep secrets in this column"
                    ),
                );
            } else if path.is_ident("tenant") {
                ctxt.error(attribute, "`#[tenant(…)]` belongs on the struct, not on a field");
            }
        }
        read
    }

    fn take(&mut self, ctxt: &Ctxt, item: &Item, allowed: Allowed) {
        let key = &item.key;
        let name = key.to_string();
        if let Some(reason) = refusal(&name, allowed) {
            ctxt.error(key, format_args!("`{name}` cannot be used here: {reason}"));
            return;
        }
        match name.as_str() {
            "column_name" => {
                let column =
                    list::value(ctxt, item, &COLUMN_NAME, list::string).and_then(|name| column(ctxt, &name));
                self.column_name.set(ctxt, key, column);
            }
            "deserialize_as" => {
                let ty = list::value(ctxt, item, &DESERIALIZE_AS, syn::parse::Parse::parse);
                self.deserialize_as.set(ctxt, key, ty);
            }
            "serialize_as" => {
                let ty = list::value(ctxt, item, &SERIALIZE_AS, syn::parse::Parse::parse);
                self.serialize_as.set(ctxt, key, ty);
            }
            "embed" => {
                if !item.rest.is_empty() {
                    ctxt.error(key, EMBED.wrong_form());
                }
                self.embed.set(ctxt, key, Some(()));
            }
            _ => unknown(ctxt, key, &name, allowed),
        }
    }
}

/// The identifier of a column in diesel's `table!`; a keyword becomes a raw one.
fn column(ctxt: &Ctxt, name: &LitStr) -> Option<Ident> {
    let text = name.value();
    match syn::parse_str::<Ident>(&text).or_else(|_| syn::parse_str::<Ident>(&format!("r#{text}"))) {
        Ok(mut ident) => {
            ident.set_span(name.span());
            Some(ident)
        }
        Err(_) => {
            ctxt.error(name, format_args!("{text:?} is not the name of a column in diesel's `table!`"));
            None
        }
    }
}

fn unknown(ctxt: &Ctxt, key: &Ident, name: &str, allowed: Allowed) {
    let known: &[&str] = match allowed {
        Allowed::Reading => &["column_name", "deserialize_as", "embed"],
        Allowed::Writing => &["column_name", "serialize_as"],
    };
    ctxt.error(
        key,
        format_args!(
            "`{name}` is not known in `#[diesel(…)]`{}\nknown here are {}",
            did_you_mean(name, known),
            names(known.iter().copied())
        ),
    );
}

/// Why a key of diesel's cannot be honoured.
fn refusal(name: &str, allowed: Allowed) -> Option<&'static str> {
    use Allowed::{Reading, Writing};
    Some(match (name, allowed) {
        ("serialize_as", Reading) => {
            "a model is only read; put it on the struct that derives `TenantInsert` or `TenantUpdate`"
        }
        ("deserialize_as", Writing) => {
            "this struct is only written; put it on the model, which derives `TenantScoped`"
        }
        ("embed", Writing) => {
            "an embedded struct could name the tenant column unseen; write its fields into this struct"
        }
        ("select_expression" | "select_expression_type", Reading) => {
            "a model reads the columns of its own table, so that each row can be checked; compute in a query of its own"
        }
        ("treat_none_as_default_value" | "treat_none_as_null", _) => {
            "a field of type `Option<T>` leaves its column out when it is `None`; write `Option<Option<T>>` to set NULL"
        }
        ("skip_insertion" | "skip_update", _) => {
            "leave the field out of the struct that derives `TenantInsert` or `TenantUpdate`"
        }
        ("sql_type", _) => "the type of a column is taken from diesel's `table!`",
        ("select_expression" | "select_expression_type", Writing) => "this struct is only written",
        _ => return None,
    })
}
