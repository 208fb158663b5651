//! [`Field`]: a field of a struct, and the column it stands for.

use syn::ext::IdentExt as _;
use syn::{DeriveInput, Ident, Type};

use crate::attr::{Allowed, FieldAttr};
use crate::ctxt::Ctxt;
use crate::shape;

/// A field of a struct with named fields.
pub(crate) struct Field {
    /// The field's name.
    pub(crate) ident: Ident,
    /// Its type.
    pub(crate) ty: Type,
    /// What is written on it.
    pub(crate) attr: FieldAttr,
}

impl Field {
    /// All fields of a struct with named fields; reports another kind of type.
    pub(crate) fn read_all(ctxt: &Ctxt, input: &DeriveInput, derive: &str, allowed: Allowed) -> Vec<Self> {
        shape::named_fields(ctxt, input, derive)
            .into_iter()
            .filter_map(|field| {
                Some(Self {
                    ident: field.ident.clone()?,
                    ty: field.ty.clone(),
                    attr: FieldAttr::read(ctxt, &field.attrs, allowed),
                })
            })
            .collect()
    }

    /// The column, or `None` for an embedded struct.
    pub(crate) fn column(&self) -> Option<&Ident> {
        if self.attr.embed.is_absent() {
            Some(self.attr.column_name.value().unwrap_or(&self.ident))
        } else {
            None
        }
    }

    /// Whether it stands for the column of this name.
    pub(crate) fn is_column(&self, column: &Ident) -> bool {
        self.column().is_some_and(|own| own.unraw() == column.unraw())
    }
}
