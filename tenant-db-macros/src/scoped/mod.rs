//! `#[derive(TenantScoped)]`.

mod attr;
mod check;
mod constraints;
mod expand;
mod model;
mod tenancy;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use self::attr::ScopedAttr;
use crate::attr::Allowed;
use crate::ctxt::{Ctxt, Errors};
use crate::field::Field;
use crate::shape;

/// The derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    let fields = Field::read_all(&ctxt, input, "TenantScoped", Allowed::Reading);
    shape::no_generics(&ctxt, input, "TenantScoped");
    let attr = ScopedAttr::read(&ctxt, input);
    let model = check::model(&ctxt, input, attr, fields);
    let fallback = || model.as_ref().filter(|_| input.generics.params.is_empty()).map(expand::inert);
    ctxt.check().map_err(|errors| errors.beside(fallback()))?;
    Ok(model.as_ref().map(expand::scoped).unwrap_or_default())
}
