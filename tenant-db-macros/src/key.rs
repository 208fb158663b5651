//! `#[derive(TenantKey)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Ident, Type};

use crate::ctxt::{Ctxt, Errors};
use crate::names::{last_segment, span_of};
use crate::shape;

/// A checked key.
struct TenantKey {
    ident: Ident,
    inner: Type,
    kind: Kind,
}

/// What a key is made of.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Uuid,
    Text,
    BigInt,
}

/// The derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream, Errors> {
    let ctxt = Ctxt::new();
    shape::no_generics(&ctxt, input, "TenantKey");
    let field = shape::newtype(&ctxt, input, "TenantKey");
    let key = field.and_then(|field| {
        let kind = Kind::of(&field.ty);
        if kind.is_none() {
            ctxt.error(
                &field.ty,
                "a tenant key is made of a `String`, a `Uuid` or an `i64`, and of nothing else",
            );
        }
        Some(TenantKey { ident: input.ident.clone(), inner: field.ty.clone(), kind: kind? })
    });
    ctxt.check()?;
    Ok(key.as_ref().map(expand).unwrap_or_default())
}

impl Kind {
    /// Recognised by the name of the type.
    fn of(ty: &Type) -> Option<Self> {
        let segment = last_segment(ty).filter(|segment| segment.arguments.is_none())?;
        match segment.ident.to_string().as_str() {
            "Uuid" => Some(Self::Uuid),
            "String" => Some(Self::Text),
            "i64" => Some(Self::BigInt),
            _ => None,
        }
    }

    fn sql_type(self) -> TokenStream {
        match self {
            Self::Uuid => quote!(__p::diesel::sql_types::Uuid),
            Self::Text => quote!(__p::diesel::sql_types::Text),
            Self::BigInt => quote!(__p::diesel::sql_types::BigInt),
        }
    }

    fn variant(self) -> TokenStream {
        match self {
            Self::Uuid => quote!(Uuid),
            Self::Text => quote!(Text),
            Self::BigInt => quote!(BigInt),
        }
    }

    fn value(self) -> TokenStream {
        match self {
            Self::Text => quote!(::std::borrow::Cow::Borrowed(::std::string::String::as_str(&self.0))),
            Self::Uuid | Self::BigInt => quote!(self.0),
        }
    }
}

/// Everything that `#[derive(TenantKey)]` writes.
fn expand(key: &TenantKey) -> TokenStream {
    let sql_type = key.kind.sql_type();
    let tenant_key = tenant_key(key);
    let conversions = conversions(key);
    let expressions = expressions(key);
    let transfer = transfer(key);
    quote! {
        const _: () = {
            use ::tenant_db::__private as __p;
            type __Sql = #sql_type;
            #tenant_key
            #conversions
            #expressions
            #transfer
        };
    }
}

/// ```text
/// impl ::tenant_db::TenantKey for CompanyId { const KIND: … = ::tenant_db::KeyKind::Text; fn to_value(&self) … }
/// ```
fn tenant_key(key: &TenantKey) -> TokenStream {
    let TenantKey { ident, kind, .. } = key;
    let (variant, value) = (kind.variant(), kind.value());
    quote! {
        #[automatically_derived]
        impl ::tenant_db::TenantKey for #ident {
            const KIND: ::tenant_db::KeyKind = ::tenant_db::KeyKind::#variant;
            fn to_value(&self) -> ::tenant_db::TenantValue<'_> {
                ::tenant_db::TenantValue::#variant(#value)
            }
        }
    }
}

/// `Display`, `From<String> for CompanyId` and `From<CompanyId> for String`.
fn conversions(key: &TenantKey) -> TokenStream {
    let TenantKey { ident, inner, .. } = key;
    let span = span_of(inner);
    let display = quote_spanned!(span=> ::core::fmt::Display::fmt(&self.0, __formatter));
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(&self, __formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #display
            }
        }
        #[automatically_derived]
        impl ::core::convert::From<#inner> for #ident {
            fn from(__value: #inner) -> Self {
                Self(__value)
            }
        }
        #[automatically_derived]
        impl ::core::convert::From<#ident> for #inner {
            fn from(__value: #ident) -> Self {
                __value.0
            }
        }
    }
}

/// The key in diesel's expressions, by value and by reference, for columns that are NULL or not.
///
/// ```text
/// impl __p::diesel::expression::AsExpression<__Sql> for CompanyId { … }
/// impl<'__a> __p::diesel::expression::AsExpression<__Sql> for &'__a CompanyId { … }
/// impl __p::diesel::expression::AsExpression<__p::diesel::sql_types::Nullable<__Sql>> for CompanyId { … }
/// …
/// ```
fn expressions(key: &TenantKey) -> TokenStream {
    let ident = &key.ident;
    let sql_types = [quote!(__Sql), quote!(__p::diesel::sql_types::Nullable<__Sql>)];
    let holders = [
        (quote!(), quote!(#ident)),
        (quote!(<'__a>), quote!(&'__a #ident)),
        (quote!(<'__a, '__b>), quote!(&'__a &'__b #ident)),
    ];
    let impls = holders.iter().flat_map(|(generics, holder)| {
        sql_types.iter().map(move |sql_type| {
            quote! {
                #[automatically_derived]
                impl #generics __p::diesel::expression::AsExpression<#sql_type> for #holder {
                    type Expression = __p::Bound<#sql_type, Self>;
                    fn as_expression(self) -> Self::Expression {
                        __p::Bound::new(self)
                    }
                }
            }
        })
    });
    quote!(#(#impls)*)
}

/// The key on the wire: `ToSql`, `FromSql`, `Queryable`, all as the type inside.
fn transfer(key: &TenantKey) -> TokenStream {
    let TenantKey { ident, inner, .. } = key;
    quote! {
        #[automatically_derived]
        impl __p::diesel::serialize::ToSql<__Sql, __p::diesel::pg::Pg> for #ident {
            fn to_sql<'__b>(
                &'__b self,
                __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
            ) -> __p::diesel::serialize::Result {
                <#inner as __p::diesel::serialize::ToSql<__Sql, __p::diesel::pg::Pg>>::to_sql(&self.0, __out)
            }
        }
        #[automatically_derived]
        impl __p::diesel::serialize::ToSql<__p::diesel::sql_types::Nullable<__Sql>, __p::diesel::pg::Pg> for #ident {
            fn to_sql<'__b>(
                &'__b self,
                __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
            ) -> __p::diesel::serialize::Result {
                <#ident as __p::diesel::serialize::ToSql<__Sql, __p::diesel::pg::Pg>>::to_sql(self, __out)
            }
        }
        #[automatically_derived]
        impl __p::diesel::deserialize::FromSql<__Sql, __p::diesel::pg::Pg> for #ident {
            fn from_sql(
                __bytes: <__p::diesel::pg::Pg as __p::diesel::backend::Backend>::RawValue<'_>,
            ) -> __p::diesel::deserialize::Result<Self> {
                ::core::result::Result::map(
                    <#inner as __p::diesel::deserialize::FromSql<__Sql, __p::diesel::pg::Pg>>::from_sql(__bytes),
                    Self,
                )
            }
        }
        #[automatically_derived]
        impl __p::diesel::deserialize::Queryable<__Sql, __p::diesel::pg::Pg> for #ident {
            type Row = Self;
            fn build(__row: Self) -> __p::diesel::deserialize::Result<Self> {
                ::core::result::Result::Ok(__row)
            }
        }
    }
}
