//! [`Ctxt`]: collects every error of a derive, so that all of them are reported at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors found so far. [`check`](Self::check) has to be called: dropped unread it panics, so that no error can
/// get lost.
#[derive(Debug)]
pub(crate) struct Ctxt {
    /// `None` once checked.
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    /// No errors yet.
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Notes an error that underlines `tokens`.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.syn_error(syn::Error::new_spanned(tokens, message));
    }

    /// Notes an error at a place that has no tokens of its own.
    pub(crate) fn error_at(&self, span: Span, message: impl Display) {
        self.syn_error(syn::Error::new(span, message));
    }

    /// Notes an error that `syn` found.
    pub(crate) fn syn_error(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// All errors, or nothing where there are none.
    pub(crate) fn check(self) -> Result<(), Errors> {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        if errors.is_empty() { Ok(()) } else { Err(Errors { errors, fallback: TokenStream::new() }) }
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        if !thread::panicking() && self.errors.borrow().is_some() {
            panic!("a derive forgot to check for errors");
        }
    }
}

/// At least one error, and what is written beside them so that one mistake is not followed by others: impls without a
/// body, which nothing can be done with.
#[derive(Debug)]
pub(crate) struct Errors {
    errors: Vec<syn::Error>,
    fallback: TokenStream,
}

impl Errors {
    /// The same errors with these impls.
    pub(crate) fn beside(self, fallback: Option<TokenStream>) -> Self {
        Self { fallback: fallback.unwrap_or_default(), ..self }
    }

    /// `compile_error!` for each of them, and the fallback.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut tokens: TokenStream = self.errors.iter().map(syn::Error::to_compile_error).collect();
        tokens.extend(self.fallback);
        tokens
    }

    /// The messages, in the order in which they were found.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.errors.iter().flat_map(|error| error.clone().into_iter().map(|one| one.to_string())).collect()
    }
}
