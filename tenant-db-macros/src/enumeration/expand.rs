//! What `#[derive(DbEnum)]` writes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::ext::IdentExt as _;

use super::{Enumeration, SqlType};
use crate::names::span_of;

/// Everything.
pub(super) fn expand(enumeration: &Enumeration) -> TokenStream {
    let labels = enumeration.variants.iter().map(|variant| &variant.label);
    let (names, labelled): (Vec<_>, Vec<_>) =
        enumeration.variants.iter().map(|variant| (&variant.ident, &variant.label)).unzip();
    let db_enum = db_enum(
        enumeration,
        &quote!(&[#(#labels),*]),
        &quote!(match *self { #(Self::#names => #labelled,)* }),
        &quote!(match __label {
            #(#labelled => ::core::option::Option::Some(Self::#names),)*
            _ => ::core::option::Option::None,
        }),
    );
    around(enumeration, &db_enum)
}

/// The impls beside errors, so that columns of the enum are not reported as well. No label is one of it.
pub(super) fn inert(enumeration: &Enumeration) -> TokenStream {
    let nothing = quote!(::core::option::Option::None);
    around(
        enumeration,
        &db_enum(
            enumeration,
            &quote!(&[]),
            &quote!(::core::unreachable!()),
            &quote!({ let _ = __label; #nothing }),
        ),
    )
}

fn around(enumeration: &Enumeration, db_enum: &TokenStream) -> TokenStream {
    let (sql_type, alias, sql_type_impls) = match &enumeration.sql_type {
        SqlType::Given(path) => {
            // Where the path leads nowhere, that is reported once.
            let span = span_of(path);
            (None, quote_spanned!(span=> use #path as __Sql;), None)
        }
        SqlType::Made { ident, name, schema } => {
            let schema = schema.as_deref();
            let declaration = sql_type(ident, name, schema);
            (Some(declaration), quote!(type __Sql = #ident;), Some(sql_type_impls(name, schema)))
        }
    };
    let expressions = expressions(enumeration);
    let transfer = transfer(enumeration);
    quote! {
        #sql_type
        const _: () = {
            use ::tenant_db::__private as __p;
            #alias
            #sql_type_impls
            #db_enum
            #expressions
            #transfer
        };
    }
}

/// ```text
/// /// The SQL type `sales.order_status`.
/// #[derive(Debug, Clone, Copy)]
/// pub struct OrderStatusSql;
/// ```
fn sql_type(ident: &Ident, name: &str, schema: Option<&str>) -> TokenStream {
    let qualified = schema.map_or_else(|| name.to_owned(), |schema| format!("{schema}.{name}"));
    let doc = format!(" The SQL type `{qualified}`, for `table!`.");
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::marker::Copy)]
        #[allow(
            unnameable_types,
            unreachable_pub,
            clippy::exhaustive_structs,
            reason = "a marker, which columns in `table!` refer to, and those are public"
        )]
        pub struct #ident;
    }
}

/// ```text
/// impl __p::diesel::sql_types::SqlType for __Sql { … }
/// impl __p::diesel::sql_types::SingleValue for __Sql {}
/// impl __p::diesel::sql_types::SqlOrd for __Sql {}
/// impl __p::diesel::query_builder::QueryId for __Sql { … }
/// impl __p::diesel::sql_types::HasSqlType<__Sql> for __p::diesel::pg::Pg { … }
/// ```
fn sql_type_impls(name: &str, schema: Option<&str>) -> TokenStream {
    let schema = match schema {
        Some(schema) => quote!(::core::option::Option::Some(#schema)),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        #[automatically_derived]
        impl __p::diesel::sql_types::SqlType for __Sql {
            type IsNull = __p::diesel::sql_types::is_nullable::NotNull;
        }
        #[automatically_derived]
        impl __p::diesel::sql_types::SingleValue for __Sql {}
        #[automatically_derived]
        impl __p::diesel::sql_types::SqlOrd for __Sql {}
        #[automatically_derived]
        impl __p::diesel::query_builder::QueryId for __Sql {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        #[automatically_derived]
        impl __p::diesel::sql_types::HasSqlType<__Sql> for __p::diesel::pg::Pg {
            fn metadata(
                __lookup: &mut <Self as __p::diesel::sql_types::TypeMetadata>::MetadataLookup,
            ) -> __p::diesel::pg::PgTypeMetadata {
                __p::diesel::pg::PgMetadataLookup::lookup_type(__lookup, #name, #schema)
            }
        }
    }
}

/// ```text
/// impl ::tenant_db::DbEnum for OrderStatus {
///     const NAME: &'static str = "OrderStatus";
///     const LABELS: &'static [&'static str] = &["new", "in transit"];
///     fn label(&self) -> &'static str { … }
///     fn from_label(label: &str) -> Option<Self> { … }
/// }
/// ```
fn db_enum(
    enumeration: &Enumeration,
    labels: &TokenStream,
    label: &TokenStream,
    from_label: &TokenStream,
) -> TokenStream {
    let ident = &enumeration.ident;
    let name = ident.unraw().to_string();
    quote! {
        #[automatically_derived]
        impl ::tenant_db::DbEnum for #ident {
            const NAME: &'static str = #name;
            const LABELS: &'static [&'static str] = #labels;
            fn label(&self) -> &'static str {
                #label
            }
            fn from_label(__label: &str) -> ::core::option::Option<Self> {
                #from_label
            }
        }
    }
}

/// The enum in diesel's expressions, by value and by reference, for columns that are NULL or not.
///
/// ```text
/// impl __p::diesel::expression::AsExpression<__Sql> for OrderStatus { … }
/// impl<'__a> __p::diesel::expression::AsExpression<__Sql> for &'__a OrderStatus { … }
/// …
/// ```
fn expressions(enumeration: &Enumeration) -> TokenStream {
    let ident = &enumeration.ident;
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

/// The enum on the wire, where it is its label: `ToSql`, `FromSql`, `Queryable`.
fn transfer(enumeration: &Enumeration) -> TokenStream {
    let ident = &enumeration.ident;
    let sql_types = [quote!(__Sql), quote!(__p::diesel::sql_types::Nullable<__Sql>)];
    let to_sql = sql_types.iter().map(|sql_type| {
        quote! {
            #[automatically_derived]
            impl __p::diesel::serialize::ToSql<#sql_type, __p::diesel::pg::Pg> for #ident {
                fn to_sql<'__b>(
                    &'__b self,
                    __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
                ) -> __p::diesel::serialize::Result {
                    __p::write_label(self, __out)
                }
            }
        }
    });
    quote! {
        #(#to_sql)*
        #[automatically_derived]
        impl __p::diesel::deserialize::FromSql<__Sql, __p::diesel::pg::Pg> for #ident {
            fn from_sql(
                __bytes: <__p::diesel::pg::Pg as __p::diesel::backend::Backend>::RawValue<'_>,
            ) -> __p::diesel::deserialize::Result<Self> {
                __p::read_label(&__bytes)
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
