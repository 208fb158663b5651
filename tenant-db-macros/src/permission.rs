//! `#[derive(Permission)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, LitStr};

use crate::ctxt::{Ctxt, Errors};
use crate::{role, shape};

/// The derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    shape::unit_struct(&ctxt, input, "Permission");
    let name = name(&ctxt, input);
    // Beside an error, a permission without a name: no token has it.
    let nameless = || Some(expand(input, &LitStr::new("", input.ident.span())));
    ctxt.check().map_err(|errors| errors.beside(nameless()))?;
    Ok(name.map(|name| expand(input, &name)).unwrap_or_default())
}

fn name(ctxt: &Ctxt, input: &DeriveInput) -> Option<LitStr> {
    let mut attributes = input.attrs.iter().filter(|attribute| attribute.path().is_ident("permission"));
    let Some(attribute) = attributes.next() else {
        ctxt.error(&input.ident, "the permission has no name: write `#[permission(\"customers:read\")]`");
        return None;
    };
    for second in attributes {
        ctxt.error(second, "`#[permission(…)]` is given twice: keep one of the two");
    }
    match attribute.parse_args::<LitStr>() {
        Ok(name) => role::checked_name(ctxt, name, "permission", "customers:read"),
        Err(_) => {
            ctxt.error(attribute, "the attribute holds the permission's name and nothing else: write `#[permission(\"customers:read\")]`");
            None
        }
    }
}

/// ```text
/// impl ::tenant_db::Permission for ReadCustomers { const NAME: &'static str = "customers:read"; }
/// ```
fn expand(input: &DeriveInput, name: &LitStr) -> TokenStream {
    let ident = &input.ident;
    quote! {
        const _: () = {
            #[automatically_derived]
            impl ::tenant_db::Permission for #ident {
                const NAME: &'static str = #name;
            }
        };
    }
}
