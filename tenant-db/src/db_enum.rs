//! [`DbEnum`]: enums of the database.

use std::error::Error;
use std::fmt;
use std::io::Write as _;

use diesel::deserialize;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output};

/// An enum whose variants are the labels of a type in the database. `#[derive(DbEnum)]` implements it, with everything that
/// diesel asks of a column's type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of the database",
    label = "no `#[derive(DbEnum)]` on `{Self}`",
    note = "put `#[derive(DbEnum)] #[db_enum(name = \"…\")]` on an enum whose variants have no fields"
)]
pub trait DbEnum: Sized + 'static {
    /// The enum's name in Rust.
    const NAME: &'static str;
    /// The labels, in the order of the variants.
    const LABELS: &'static [&'static str];

    /// What the database calls this variant.
    fn label(&self) -> &'static str;
    /// The variant that the database calls so.
    fn from_label(label: &str) -> Option<Self>;
}

/// Writes a label. PostgreSQL's binary form of an enum is its label's text.
#[doc(hidden)]
pub fn write_label<E: DbEnum>(value: &E, out: &mut Output<'_, '_, Pg>) -> serialize::Result {
    out.write_all(value.label().as_bytes())?;
    Ok(IsNull::No)
}

/// Reads a label.
#[doc(hidden)]
pub fn read_label<E: DbEnum>(value: &PgValue<'_>) -> deserialize::Result<E> {
    let known = std::str::from_utf8(value.as_bytes()).ok().and_then(E::from_label);
    known.ok_or_else(|| UnknownLabel { enumeration: E::NAME }.into())
}

/// The database has a label that the enum has not. Which one is data (I10).
#[derive(Debug)]
pub(crate) struct UnknownLabel {
    enumeration: &'static str,
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a column holds a label that `{}` does not have", self.enumeration)
    }
}

impl Error for UnknownLabel {}

impl UnknownLabel {
    /// Finds it in what diesel makes of the error of a column.
    pub(crate) fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        error.downcast_ref().or_else(|| error.source().and_then(Self::find))
    }
}
