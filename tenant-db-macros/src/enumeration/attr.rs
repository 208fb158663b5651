//! `#[db_enum(…)]`, as it is written on an enum and on its variants.

use syn::{Attribute, DeriveInput, Ident, LitStr, Path};

use super::case::Case;
use crate::attr::{Item, Key, Slot, did_you_mean, lookup, names, read, string, value};
use crate::ctxt::Ctxt;

const EXAMPLE: &str = "db_enum(name = \"order_status\")";
const VARIANT_EXAMPLE: &str = "db_enum(rename = \"in transit\")";

const NAME: Key =
    Key { name: "name", wants: "the name of the type in the database", example: "name = \"order_status\"" };
const SCHEMA: Key =
    Key { name: "schema", wants: "the name of a database schema", example: "schema = \"sales\"" };
const SQL_TYPE: Key = Key {
    name: "sql_type",
    wants: "the path of a SQL type of diesel's, without quotes",
    example: "sql_type = crate::schema::sql_types::OrderStatus",
};
const RENAME_ALL: Key = Key {
    name: "rename_all",
    wants: "a style in quotes, such as \"snake_case\" or \"PascalCase\"",
    example: "rename_all = \"kebab-case\"",
};
const RENAME: Key = Key {
    name: "rename",
    wants: "the label that the database has for the variant, in quotes",
    example: "rename = \"in transit\"",
};

const KEYS: &[Key] = &[NAME, SCHEMA, SQL_TYPE, RENAME_ALL];

/// What is written on the enum.
#[derive(Default)]
pub(super) struct EnumAttr {
    pub(super) name: Slot<LitStr>,
    pub(super) schema: Slot<LitStr>,
    pub(super) sql_type: Slot<Path>,
    pub(super) rename_all: Slot<Case>,
}

impl EnumAttr {
    /// Reads every `#[db_enum(…)]` of the enum.
    pub(super) fn read(ctxt: &Ctxt, input: &DeriveInput) -> Self {
        let mut attr = Self::default();
        for item in items(ctxt, &input.attrs, EXAMPLE) {
            attr.take(ctxt, &item);
        }
        attr
    }

    fn take(&mut self, ctxt: &Ctxt, item: &Item) {
        let key = &item.key;
        let Some(known) = lookup(KEYS, key) else {
            let hint = if key == RENAME.name { ", it belongs on a variant" } else { "" };
            unknown(ctxt, key, hint, "an enum", KEYS);
            return;
        };
        match known.name {
            "name" => self.name.set(ctxt, key, value(ctxt, item, known, string)),
            "schema" => self.schema.set(ctxt, key, value(ctxt, item, known, string)),
            "sql_type" => self.sql_type.set(ctxt, key, value(ctxt, item, known, Path::parse_mod_style)),
            _ => self.rename_all.set(ctxt, key, case(ctxt, item)),
        }
    }
}

/// What `#[db_enum(rename = "…")]` says on a variant.
pub(super) fn rename(ctxt: &Ctxt, attributes: &[Attribute]) -> Slot<LitStr> {
    let mut rename = Slot::Absent;
    for item in items(ctxt, attributes, VARIANT_EXAMPLE) {
        if item.key == RENAME.name {
            rename.set(ctxt, &item.key, value(ctxt, &item, &RENAME, <LitStr as syn::parse::Parse>::parse));
        } else {
            let hint = if lookup(KEYS, &item.key).is_some() { ", it belongs on the enum" } else { "" };
            unknown(ctxt, &item.key, hint, "a variant", &[RENAME]);
        }
    }
    rename
}

fn items(ctxt: &Ctxt, attributes: &[Attribute], example: &str) -> Vec<Item> {
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("db_enum"));
    ours.filter_map(|attribute| read(ctxt, attribute, example)).flatten().collect()
}

fn case(ctxt: &Ctxt, item: &Item) -> Option<Case> {
    let style = value(ctxt, item, &RENAME_ALL, <LitStr as syn::parse::Parse>::parse)?;
    let text = style.value();
    let case = Case::named(&text);
    if case.is_none() {
        let styles: Vec<&str> = Case::names().collect();
        ctxt.error(
            &style,
            format_args!(
                "{text:?} is no style of `rename_all`{}\nthere are {}",
                did_you_mean(&text, &styles),
                names(styles.iter().copied())
            ),
        );
    }
    case
}

fn unknown(ctxt: &Ctxt, key: &Ident, hint: &str, place: &str, keys: &[Key]) {
    let name = key.to_string();
    let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let suggestion = if hint.is_empty() { did_you_mean(&name, &known) } else { hint.to_owned() };
    ctxt.error(
        key,
        format_args!(
            "`{name}` is not known in `#[db_enum(…)]` of {place}{suggestion}\nknown here: {}",
            names(known.iter().copied())
        ),
    );
}
