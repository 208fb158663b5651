//! [`Record`]: a struct whose fields are written to a model's columns, once everything is checked.

use proc_macro2::TokenStream;
use quote::quote;
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

/// What the fields are written for. A struct may derive both.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verb {
    /// `TenantInsert`.
    Insert,
    /// `TenantUpdate`.
    Update,
}

impl Verb {
    /// The type that tells the impls of the two derives apart.
    pub(crate) fn marker(self) -> TokenStream {
        match self {
            Self::Insert => quote!(__p::Insert),
            Self::Update => quote!(__p::Update),
        }
    }
}
