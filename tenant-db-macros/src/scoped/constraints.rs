//! `unique(…)`, `references(…)`, `check(…)`, `exclude(…)`: what the database keeps true of the rows of a model.

use proc_macro2::TokenStream;
use syn::ext::IdentExt as _;
use syn::parse::{Parse as _, ParseStream, Parser as _};
use syn::{Ident, LitStr, Type};

use super::tenancy::{columns_of, unknown};
use crate::attr::{Argument, Item, Key, Slot, arguments, did_you_mean, lookup, names, string, value};
use crate::ctxt::Ctxt;

pub(super) const UNIQUE: Key =
    Key { name: "unique", wants: "the names of columns, without the tenant's", example: "unique(number)" };
pub(super) const REFERENCES: Key = Key {
    name: "references",
    wants: "a model and the column that names its row",
    example: "references(Customer, customer_id, on_delete = restrict)",
};
pub(super) const CHECK: Key = Key {
    name: "check",
    wants: "a name and a condition in SQL",
    example: "check(name = positive_total, \"total > 0\")",
};
pub(super) const EXCLUDE: Key = Key {
    name: "exclude",
    wants: "a name, and columns or expressions with their operators",
    example: "exclude(name = no_double_booking, room_id with \"=\", during with \"&&\")",
};
const NAME: Key = Key { name: "name", wants: "the name of the constraint", example: "name = positive_total" };
const ON_DELETE: Key = Key {
    name: "on_delete",
    wants: "`cascade`, `restrict`, `set_null` or `no_action`",
    example: "on_delete = restrict",
};
const USING: Key = Key { name: "using", wants: "the kind of index", example: "using = gist" };
const WHERE: Key =
    Key { name: "where", wants: "a condition in SQL", example: "where = \"status = 'confirmed'\"" };

/// Columns that are unique together among the rows of one tenant.
#[derive(Debug)]
pub(crate) struct Unique {
    pub(crate) name: Option<LitStr>,
    /// At least one.
    pub(crate) columns: Vec<Ident>,
}

/// A row of another table that a row refers to.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) name: Option<LitStr>,
    pub(crate) parent: Type,
    /// In the order of the parent's primary key; at least one.
    pub(crate) columns: Vec<Ident>,
    pub(crate) on_delete: OnDelete,
}

/// What becomes of the row when the other one is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDelete {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
}

/// A condition on each row.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) name: LitStr,
    pub(crate) sql: LitStr,
}

/// A condition on each pair of rows of one tenant.
#[derive(Debug)]
pub(crate) struct Exclusion {
    pub(crate) name: LitStr,
    pub(crate) using: Option<LitStr>,
    /// At least one.
    pub(crate) elements: Vec<Element>,
    pub(crate) condition: Option<LitStr>,
}

/// What an exclusion compares, and by which operator.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) operand: Operand,
    pub(crate) operator: LitStr,
}

/// What an exclusion compares.
#[derive(Debug)]
pub(crate) enum Operand {
    Column(Ident),
    Expression(LitStr),
}

impl Exclusion {
    /// The columns that it compares by equality.
    pub(crate) fn equal_columns(&self) -> impl Iterator<Item = &Ident> {
        self.elements
            .iter()
            .filter(|element| element.operator.value().trim() == "=")
            .filter_map(Element::column)
    }

    /// The columns that it names.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Ident> {
        self.elements.iter().filter_map(Element::column)
    }
}

impl Element {
    fn column(&self) -> Option<&Ident> {
        match &self.operand {
            Operand::Column(column) => Some(column),
            Operand::Expression(_) => None,
        }
    }
}

/// `unique(a, b)`, with a `name = …` if need be.
pub(super) fn unique(ctxt: &Ctxt, item: &Item) -> Option<Unique> {
    let mut name = Slot::default();
    let (mut columns, mut is_broken) = (Vec::new(), false);
    for argument in arguments(ctxt, item, &UNIQUE)? {
        match argument {
            Argument::Named(item) => named(ctxt, &item, &UNIQUE, &[NAME], |_| {
                name.set(ctxt, &item.key, value(ctxt, &item, &NAME, string));
            }),
            Argument::Bare(tokens) => match Ident::parse.parse2(tokens.clone()) {
                Ok(column) => columns.push(column),
                Err(_) => {
                    ctxt.error(tokens, UNIQUE.wrong_form());
                    is_broken = true;
                }
            },
        }
    }
    if columns.is_empty() && !is_broken {
        ctxt.error(&item.key, UNIQUE.wrong_form());
    }
    if columns.is_empty() || is_broken {
        return None;
    }
    Some(Unique { name: constraint_name(ctxt, name), columns })
}

/// `references(Customer, customer_id, on_delete = …)`; several columns are `(a, b)`.
pub(super) fn reference(ctxt: &Ctxt, item: &Item) -> Option<Reference> {
    let (mut name, mut on_delete) = (Slot::default(), Slot::default());
    let mut bare = Vec::new();
    for argument in arguments(ctxt, item, &REFERENCES)? {
        match argument {
            Argument::Named(item) => named(ctxt, &item, &REFERENCES, &[ON_DELETE, NAME], |key| match key {
                "name" => name.set(ctxt, &item.key, value(ctxt, &item, &NAME, string)),
                _ => on_delete.set(ctxt, &item.key, self::on_delete(ctxt, &item)),
            }),
            Argument::Bare(tokens) => bare.push(tokens),
        }
    }
    let target = match <[TokenStream; 2]>::try_from(bare) {
        Ok([parent, columns]) => Type::parse.parse2(parent).ok().zip(columns_of(columns)),
        Err(_) => None,
    };
    let Some((parent, columns)) = target else {
        ctxt.error(&item.key, REFERENCES.wrong_form());
        return None;
    };
    let on_delete = if on_delete.is_absent() { OnDelete::NoAction } else { on_delete.into_value()? };
    Some(Reference { name: constraint_name(ctxt, name), parent, columns, on_delete })
}

fn on_delete(ctxt: &Ctxt, item: &Item) -> Option<OnDelete> {
    let known = [
        ("cascade", OnDelete::Cascade),
        ("restrict", OnDelete::Restrict),
        ("set_null", OnDelete::SetNull),
        ("no_action", OnDelete::NoAction),
    ];
    let action = value(ctxt, item, &ON_DELETE, string)?;
    let found = known.iter().find(|(name, _)| *name == action.value());
    if found.is_none() {
        let known = known.map(|(name, _)| name);
        ctxt.error(
            &action,
            format_args!(
                "`{}` is not known as `on_delete`{}\nknown are {}",
                action.value(),
                did_you_mean(&action.value(), &known),
                names(known)
            ),
        );
    }
    found.map(|(_, action)| *action)
}

/// `check(name = …, "sql")`.
pub(super) fn check(ctxt: &Ctxt, item: &Item) -> Option<Check> {
    let mut name = Slot::default();
    let mut bare = Vec::new();
    for argument in arguments(ctxt, item, &CHECK)? {
        match argument {
            Argument::Named(item) => named(ctxt, &item, &CHECK, &[NAME], |_| {
                name.set(ctxt, &item.key, value(ctxt, &item, &NAME, string));
            }),
            Argument::Bare(tokens) => bare.push(tokens),
        }
    }
    if name.is_absent() {
        ctxt.error(&item.key, format_args!("`check` has no name: write `{}`", CHECK.example));
    }
    let sql = match <[TokenStream; 1]>::try_from(bare) {
        Ok([sql]) => sql_text.parse2(sql).ok(),
        Err(_) => None,
    };
    if sql.is_none() {
        ctxt.error(&item.key, CHECK.wrong_form());
    }
    Some(Check { name: constraint_name(ctxt, name)?, sql: sql? })
}

/// `exclude(name = …, using = gist, column with "=", "expression" with "&&", where = "…")`.
pub(super) fn exclude(ctxt: &Ctxt, item: &Item) -> Option<Exclusion> {
    let (mut name, mut using, mut condition) = (Slot::default(), Slot::default(), Slot::default());
    let (mut elements, mut is_broken) = (Vec::new(), false);
    for argument in arguments(ctxt, item, &EXCLUDE)? {
        match argument {
            Argument::Named(item) => named(ctxt, &item, &EXCLUDE, &[NAME, USING, WHERE], |key| match key {
                "name" => name.set(ctxt, &item.key, value(ctxt, &item, &NAME, string)),
                "using" => using.set(ctxt, &item.key, value(ctxt, &item, &USING, string)),
                _ => condition.set(ctxt, &item.key, value(ctxt, &item, &WHERE, sql_text)),
            }),
            Argument::Bare(tokens) => match element.parse2(tokens.clone()) {
                Ok(element) => elements.push(element),
                Err(_) => {
                    ctxt.error(tokens, EXCLUDE.wrong_form());
                    is_broken = true;
                }
            },
        }
    }
    if name.is_absent() {
        ctxt.error(&item.key, format_args!("`exclude` has no name: write `{}`", EXCLUDE.example));
    }
    if elements.is_empty() && !is_broken {
        ctxt.error(&item.key, EXCLUDE.wrong_form());
    }
    if elements.is_empty() || is_broken {
        return None;
    }
    let name = constraint_name(ctxt, name)?;
    Some(Exclusion { name, using: using.into_value(), elements, condition: condition.into_value() })
}

/// `column with "="`, or `"expression" with "&&"`.
fn element(input: ParseStream<'_>) -> syn::Result<Element> {
    let operand = if input.peek(LitStr) {
        Operand::Expression(sql_text(input)?)
    } else {
        Operand::Column(input.parse()?)
    };
    let with: Ident = input.call(Ident::parse_any)?;
    if with != "with" {
        return Err(syn::Error::new(with.span(), "expected `with`"));
    }
    Ok(Element { operand, operator: sql_text(input)? })
}

/// SQL that is not empty.
fn sql_text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = input.parse()?;
    if text.value().trim().is_empty() {
        return Err(syn::Error::new(text.span(), "empty"));
    }
    Ok(text)
}

fn named(ctxt: &Ctxt, item: &Item, key: &Key, known: &[Key], take: impl FnOnce(&str)) {
    match lookup(known, &item.key) {
        Some(found) => take(found.name),
        None => unknown(ctxt, &item.key, key.name, known),
    }
}

/// The name, which the database has to keep whole, as errors speak of it.
fn constraint_name(ctxt: &Ctxt, name: Slot<LitStr>) -> Option<LitStr> {
    let name = name.into_value()?;
    let length = name.value().len();
    if length == 0 || length > 63 || name.value().contains('\0') {
        ctxt.error(&name, "the name of a constraint has 1 to 63 bytes");
        return None;
    }
    Some(name)
}
