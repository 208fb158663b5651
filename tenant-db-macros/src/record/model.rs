//! [`Record`]: a struct whose fields are written to a model's columns, once everything is checked.

use syn::{Generics, Ident, Path, Visibility};

use crate::field::Field;

/// A checked insert or update struct. Only this reaches the expansion.
pub(crate) struct Record {
    /// The struct.
    pub(crate) ident: Ident,
    /// Who sees it.
    pub(crate) vis: Visibility,
    /// Its lifetimes and types.
    pub(crate) generics: Generics,
    /// The model.
    pub(crate) model: Path,
    /// The path of the model's diesel table.
    pub(crate) table: Path,
    /// The fields, in order; none of them is embedded.
    pub(crate) fields: Vec<Field>,
}
