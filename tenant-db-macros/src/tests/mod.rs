//! What each attribute expands to, and what is said about mistakes.

mod errors;
mod golden;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::ctxt::Errors;

/// A derive on a struct that is given as text.
fn run(derive: fn(&DeriveInput) -> Result<TokenStream, Errors>, input: &str) -> Result<TokenStream, Errors> {
    derive(&syn::parse_str(input).expect("the test's struct parses"))
}

/// The messages that a derive reports.
fn messages(derive: fn(&DeriveInput) -> Result<TokenStream, Errors>, input: &str) -> Vec<String> {
    run(derive, input).expect_err("the derive reports errors").messages()
}
