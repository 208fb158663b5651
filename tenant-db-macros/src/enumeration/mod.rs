//! `#[derive(DbEnum)]`.

mod attr;
mod case;
mod check;
mod expand;

use proc_macro2::TokenStream;
use syn::{DeriveInput, Ident, LitStr, Path};

use crate::ctxt::{Ctxt, Errors};
use attr::EnumAttr;

/// A checked enum.
struct Enumeration {
    ident: Ident,
    sql_type: SqlType,
    variants: Vec<Variant>,
}

/// diesel's type for it.
enum SqlType {
    /// One that is there, as `diesel print-schema` writes it.
    Given(Path),
    /// One that the derive writes.
    Made { ident: Ident, name: String, schema: Option<String> },
}

/// A variant, and the label that the database has for it.
struct Variant {
    ident: Ident,
    label: LitStr,
}

/// The derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    let attr = EnumAttr::read(&ctxt, input);
    let enumeration = check::check(&ctxt, input, &attr);
    let inert = check::inert(input, &attr);
    ctxt.check().map_err(|errors| errors.beside(inert.as_ref().map(expand::inert)))?;
    Ok(expand::expand(&enumeration))
}
