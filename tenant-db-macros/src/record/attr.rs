//! `#[tenant(…)]` of an insert or update struct, as it is written.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Attribute, DeriveInput, Ident, Path};

use crate::attr::{Item, Key, Slot, did_you_mean, lookup, names, read, value};
use crate::ctxt::Ctxt;

const EXAMPLE: &str = "tenant(model = Customer)";

const MODEL: Key = Key {
    name: "model",
    wants: "the struct that derives `TenantScoped`, without quotes",
    example: "model = Customer",
};
const TABLE: Key = Key {
    name: "table",
    wants: "the path of the model's diesel table, without quotes",
    example: "table = customers",
};

const KEYS: &[Key] = &[MODEL, TABLE];

/// Keys that belong to the model.
const OF_THE_MODEL: &[&str] =
    &["column", "key", "primary_key", "schema", "defaults", "read", "write", "insert", "update", "delete"];

/// The keys, before they are checked.
#[derive(Default)]
pub(crate) struct RecordAttr {
    /// Where the attribute is, or `None` where there is none.
    pub(crate) span: Option<Span>,
    pub(crate) model: Slot<Path>,
    pub(crate) table: Slot<Path>,
}

impl RecordAttr {
    /// Reads every `#[tenant(…)]` of the struct, and what diesel's own attribute must not say.
    pub(crate) fn read(ctxt: &Ctxt, input: &DeriveInput, derive: &str) -> Self {
        let mut attr = Self::default();
        for attribute in &input.attrs {
            if attribute.path().is_ident("tenant") {
                attr.span.get_or_insert_with(|| attribute.path().span());
                match read(ctxt, attribute, EXAMPLE) {
                    Some(items) => items.iter().for_each(|item| attr.take(ctxt, item, derive)),
                    None => attr.model = Slot::Broken,
                }
            } else if attribute.path().is_ident("diesel") {
                refuse_none_handling(ctxt, attribute);
            }
        }
        attr
    }

    fn take(&mut self, ctxt: &Ctxt, item: &Item, derive: &str) {
        let key = &item.key;
        let Some(known) = lookup(KEYS, key) else {
            unknown(ctxt, key, derive);
            return;
        };
        match known.name {
            "model" => self.model.set(ctxt, key, value(ctxt, item, known, syn::parse::Parse::parse)),
            _ => self.table.set(ctxt, key, value(ctxt, item, known, Path::parse_mod_style)),
        }
    }
}

fn unknown(ctxt: &Ctxt, key: &Ident, derive: &str) {
    let name = key.to_string();
    if OF_THE_MODEL.contains(&name.as_str()) {
        ctxt.error(
            key,
            format_args!(
                "`{name}` belongs in the `#[tenant(…)]` of the model: `{derive}` takes it from there"
            ),
        );
        return;
    }
    let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    ctxt.error(
        key,
        format_args!(
            "`{name}` is not known in `#[tenant(…)]` beside `{derive}`{}\nknown are {}",
            did_you_mean(&name, &known),
            names(known.iter().copied())
        ),
    );
}

/// diesel's derives may stand beside ours, but what they are told about `None` would not hold for ours.
fn refuse_none_handling(ctxt: &Ctxt, attribute: &Attribute) {
    for item in read(ctxt, attribute, "diesel(table_name = customers)").unwrap_or_default() {
        let name = item.key.to_string();
        if name == "treat_none_as_default_value" || name == "treat_none_as_null" {
            ctxt.error(
                &item.key,
                format_args!(
                    "`{name}` cannot be used here: a field of type `Option<T>` leaves its column out when it is `None`; \
                     write `Option<Option<T>>` to set NULL"
                ),
            );
        }
    }
}
