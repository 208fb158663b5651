//! `#[derive(TenantScoped)]`, `#[derive(GlobalTable)]` and `#[derive(PublicView)]`.

mod attr;
mod check;
mod constraints;
mod expand;
mod model;
mod tenancy;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use self::attr::{Kind, ScopedAttr};
use crate::attr::Allowed;
use crate::ctxt::{Ctxt, Errors};
use crate::field::Field;
use crate::shape;

/// Rows of tenants.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Errors> {
    expand(input, "TenantScoped", Kind::Scoped)
}

/// Reference data.
pub(crate) fn derive_global(input: &DeriveInput) -> Result<TokenStream, Errors> {
    expand(input, "GlobalTable", Kind::Global)
}

/// What everybody may see.
pub(crate) fn derive_view(input: &DeriveInput) -> Result<TokenStream, Errors> {
    expand(input, "PublicView", Kind::View)
}

fn expand(input: &DeriveInput, name: &str, kind: Kind) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    let fields = Field::read_all(&ctxt, input, name, Allowed::Reading);
    shape::no_generics(&ctxt, input, name);
    let attr = ScopedAttr::read(&ctxt, input, kind);
    let model = check::model(&ctxt, input, kind, attr, fields);
    let fallback = || model.as_ref().filter(|_| input.generics.params.is_empty()).map(expand::inert);
    ctxt.check().map_err(|errors| errors.beside(fallback()))?;
    Ok(model.as_ref().map(expand::model).unwrap_or_default())
}
