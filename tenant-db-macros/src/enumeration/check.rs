//! What an enum must be so that it can stand for one of the database.

use quote::format_ident;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Fields, Ident, LitStr};

use super::attr::{self, EnumAttr};
use super::case::{Case, separated};
use super::{Enumeration, SqlType, Variant};
use crate::attr::Slot;
use crate::ctxt::Ctxt;
use crate::shape;

/// PostgreSQL cuts names at 63 bytes, and refuses longer labels.
const MAX_BYTES: usize = 63;

/// The enum; whatever is wrong with it is reported.
pub(super) fn check(ctxt: &Ctxt, input: &DeriveInput, attr: &EnumAttr) -> Enumeration {
    shape::no_generics(ctxt, input, "DbEnum");
    if let (Some(_), Some(given)) = (attr.sql_type.value(), attr.name.key().or(attr.schema.key())) {
        ctxt.error(
            given,
            format_args!(
                "`{given}` has no effect beside `sql_type`, whose `postgres_type` says it: remove it"
            ),
        );
    }
    for name in [&attr.name, &attr.schema].into_iter().filter_map(Slot::value) {
        fits(ctxt, name, "name");
    }
    let variants = variants(ctxt, input, attr);
    Enumeration { ident: input.ident.clone(), sql_type: sql_type(&input.ident, attr), variants }
}

/// What stands beside errors: an enum without labels. `None` where there is no enum, or no type for it.
pub(super) fn inert(input: &DeriveInput, attr: &EnumAttr) -> Option<Enumeration> {
    let is_enum = matches!(input.data, Data::Enum(_)) && input.generics.params.is_empty();
    (is_enum && !matches!(attr.sql_type, Slot::Broken)).then(|| Enumeration {
        ident: input.ident.clone(),
        sql_type: sql_type(&input.ident, attr),
        variants: Vec::new(),
    })
}

fn sql_type(ident: &Ident, attr: &EnumAttr) -> SqlType {
    if let Some(path) = attr.sql_type.value() {
        return SqlType::Given(path.clone());
    }
    let name = attr.name.value().map_or_else(|| separated(&ident.unraw().to_string(), '_'), LitStr::value);
    let schema = attr.schema.value().map(LitStr::value);
    SqlType::Made { ident: format_ident!("{}Sql", ident.unraw(), span = ident.span()), name, schema }
}

fn variants(ctxt: &Ctxt, input: &DeriveInput, attr: &EnumAttr) -> Vec<Variant> {
    let Data::Enum(data) = &input.data else {
        ctxt.error(
            &input.ident,
            format_args!("`DbEnum` is derived for enums, and `{}` is none", input.ident),
        );
        return Vec::new();
    };
    if data.variants.is_empty() {
        ctxt.error(&input.ident, "the enum has no variants, and a column needs a value: write at least one");
    }
    let case = attr.rename_all.value().copied().unwrap_or(Case::Snake);
    let mut variants: Vec<Variant> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            ctxt.error(
                &variant.fields,
                format_args!(
                    "a label in the database has no fields: write `{}`, and keep the rest in columns of their own",
                    variant.ident
                ),
            );
        }
        let ident = variant.ident.clone();
        let renamed = attr::rename(ctxt, &variant.attrs).into_value();
        let label =
            renamed.unwrap_or_else(|| LitStr::new(&case.label(&ident.unraw().to_string()), ident.span()));
        fits(ctxt, &label, "label");
        if let Some(other) = variants.iter().find(|other| other.label.value() == label.value()) {
            ctxt.error(
                &label,
                format_args!(
                    "`{ident}` has the label of `{}`, \"{}\": write `#[db_enum(rename = \"…\")]` on one of them",
                    other.ident,
                    label.value()
                ),
            );
        }
        variants.push(Variant { ident, label });
    }
    variants
}

fn fits(ctxt: &Ctxt, text: &LitStr, what: &str) {
    let value = text.value();
    if value.is_empty() || value.len() > MAX_BYTES || value.contains('\0') {
        ctxt.error(
            text,
            format_args!(
                "PostgreSQL has no such {what}: it has 1 to {MAX_BYTES} bytes, none of which is NUL"
            ),
        );
    }
}
