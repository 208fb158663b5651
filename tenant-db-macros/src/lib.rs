//! Derive macros of `tenant-db`. They are re-exported there, and documented there together with their traits.

mod attr;
mod ctxt;
mod enumeration;
mod field;
mod key;
mod names;
mod permission;
mod record;
mod role;
mod scoped;
mod shape;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::DeriveInput;

use self::ctxt::Errors;

#[doc = include_str!("../docs/tenant_scoped.md")]
#[proc_macro_derive(TenantScoped, attributes(tenant, diesel, encrypted, masked))]
pub fn derive_tenant_scoped(input: TokenStream) -> TokenStream {
    run(input, scoped::derive)
}

#[doc = include_str!("../docs/global_table.md")]
#[proc_macro_derive(GlobalTable, attributes(tenant, diesel, encrypted, masked))]
pub fn derive_global_table(input: TokenStream) -> TokenStream {
    run(input, scoped::derive_global)
}

#[doc = include_str!("../docs/public_view.md")]
#[proc_macro_derive(PublicView, attributes(public_view, diesel, encrypted, masked))]
pub fn derive_public_view(input: TokenStream) -> TokenStream {
    run(input, scoped::derive_view)
}

#[doc = include_str!("../docs/tenant_insert.md")]
#[proc_macro_derive(TenantInsert, attributes(tenant, diesel, encrypted, masked))]
pub fn derive_tenant_insert(input: TokenStream) -> TokenStream {
    run(input, record::derive_insert)
}

#[doc = include_str!("../docs/tenant_update.md")]
#[proc_macro_derive(TenantUpdate, attributes(tenant, diesel, encrypted, masked))]
pub fn derive_tenant_update(input: TokenStream) -> TokenStream {
    run(input, record::derive_update)
}

#[doc = include_str!("../docs/permission.md")]
#[proc_macro_derive(Permission, attributes(permission))]
pub fn derive_permission(input: TokenStream) -> TokenStream {
    run(input, permission::derive)
}

#[doc = include_str!("../docs/role.md")]
#[proc_macro_derive(Role, attributes(role))]
pub fn derive_role(input: TokenStream) -> TokenStream {
    run(input, role::derive)
}

#[doc = include_str!("../docs/tenant_key.md")]
#[proc_macro_derive(TenantKey)]
pub fn derive_tenant_key(input: TokenStream) -> TokenStream {
    run(input, key::derive)
}

#[doc = include_str!("../docs/db_enum.md")]
#[proc_macro_derive(DbEnum, attributes(db_enum))]
pub fn derive_db_enum(input: TokenStream) -> TokenStream {
    run(input, enumeration::derive)
}

fn run(
    input: TokenStream,
    derive: fn(&DeriveInput) -> Result<proc_macro2::TokenStream, Errors>,
) -> TokenStream {
    let input = match syn::parse(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error().into(),
    };
    match derive(&input) {
        Ok(expansion) => expansion.into(),
        Err(errors) => errors.into_tokens().into(),
    }
}
