//! Reading attributes: keys, their values, and what is said where one is misspelt.

mod field;
mod keys;
mod list;
mod nearest;
mod slot;

pub(crate) use field::{Allowed, FieldAttr};
pub(crate) use keys::Key;
pub(crate) use list::{
    Argument, Item, arguments, idents, lookup, parenthesized_list, read, read_stream, string, value,
};
pub(crate) use nearest::{did_you_mean, names};
pub(crate) use slot::{Slot, Slots};
