//! `#[derive(TenantInsert)]` and `#[derive(TenantUpdate)]`: structs whose fields are written to a model's columns.

mod attr;
mod check;
mod expand;
mod insert;
mod model;
mod update;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use self::attr::RecordAttr;
use self::model::Record;
use crate::attr::Allowed;
use crate::ctxt::{Ctxt, Errors};
use crate::field::Field;

/// `#[derive(TenantInsert)]`.
pub(crate) fn derive_insert(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    let record = read(&ctxt, input, "TenantInsert");
    ctxt.check().map_err(|errors| errors.beside(record.as_ref().map(insert::inert)))?;
    Ok(record.as_ref().map(insert::insert).unwrap_or_default())
}

/// `#[derive(TenantUpdate)]`.
pub(crate) fn derive_update(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    let record = read(&ctxt, input, "TenantUpdate");
    if let Some(record) = &record {
        check::changes_something(&ctxt, record);
    }
    ctxt.check().map_err(|errors| errors.beside(record.as_ref().map(update::inert)))?;
    Ok(record.as_ref().map(update::update).unwrap_or_default())
}

fn read(ctxt: &Ctxt, input: &DeriveInput, derive: &str) -> Option<Record> {
    let fields = Field::read_all(ctxt, input, derive, Allowed::Writing);
    let attr = RecordAttr::read(ctxt, input, derive);
    check::record(ctxt, input, attr, fields)
}
