//! The tenant, the primary key, and the conditions made from them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::model::Model;
use crate::names::column_alias;

/// The types of the conditions, from the inside out.
///
/// ```text
/// type __Key = <Customer as __p::ModelTenant>::Key;
/// type __PrimaryKey = <Customer as __p::KeyField<0>>::Type;
/// type __Tenant = __p::diesel::dsl::Eq<__column_tenant_id, __Key>;
/// type __PrimaryKeyEq = __p::diesel::dsl::Eq<__column_id, __PrimaryKey>;
/// type __PrimaryKeyAny = __p::diesel::dsl::EqAny<__column_id, ::std::vec::Vec<__PrimaryKey>>;
/// type __Query = <__table::table as __p::diesel::query_builder::AsQuery>::Query;
/// type __ByKey = __p::diesel::dsl::Filter<__Query, __PrimaryKeyEq>;
/// type __ByKeys = __p::diesel::dsl::Filter<__Query, __PrimaryKeyAny>;
/// type __Found = __p::diesel::dsl::Filter<__ByKey, __Tenant>;
/// ```
pub(super) fn types(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let tenant_column = column_alias(&model.tenant_column);
    let types: Vec<_> = model
        .primary_key
        .iter()
        .map(|part| {
            let at = part.field;
            quote!(<#ident as __p::KeyField<#at>>::Type)
        })
        .collect();
    let columns: Vec<_> = model.primary_key.iter().map(|part| column_alias(&part.column)).collect();
    let (primary_key, equal, any) = if let ([column], [ty]) = (columns.as_slice(), types.as_slice()) {
        (
            quote!(#ty),
            quote!(__p::diesel::dsl::Eq<#column, #ty>),
            quote!(__p::diesel::dsl::EqAny<#column, ::std::vec::Vec<#ty>>),
        )
    } else {
        let each = columns.iter().zip(&types).map(|(column, ty)| quote!(__p::diesel::dsl::Eq<#column, #ty>));
        let all = each.reduce(|all, next| quote!(__p::diesel::dsl::And<#all, #next>));
        (quote!((#(#types),*)), quote!(#all), quote!(__p::AnyOf<__PrimaryKeyEq>))
    };
    quote! {
        type __Key = <#ident as __p::ModelTenant>::Key;
        type __PrimaryKey = #primary_key;
        type __Tenant = __p::diesel::dsl::Eq<#tenant_column, __Key>;
        type __PrimaryKeyEq = #equal;
        type __PrimaryKeyAny = #any;
        type __Query = <__table::table as __p::diesel::query_builder::AsQuery>::Query;
        type __ByKey = __p::diesel::dsl::Filter<__Query, __PrimaryKeyEq>;
        type __ByKeys = __p::diesel::dsl::Filter<__Query, __PrimaryKeyAny>;
        type __Found = __p::diesel::dsl::Filter<__ByKey, __Tenant>;
    }
}

/// The associated types of the same conditions.
///
/// ```text
/// type Key = __Key;
/// type PrimaryKey = __PrimaryKey;
/// type TenantColumn = __column_tenant_id;
/// type TenantEq = __Tenant;
/// …
/// ```
pub(super) fn associated_types(model: &Model) -> TokenStream {
    let tenant_column = column_alias(&model.tenant_column);
    quote! {
        type Key = __Key;
        type PrimaryKey = __PrimaryKey;
        type TenantColumn = #tenant_column;
        type TenantEq = __Tenant;
        type PrimaryKeyEq = __PrimaryKeyEq;
        type PrimaryKeyAny = __PrimaryKeyAny;
        type ByKey = __ByKey;
        type ByKeys = __ByKeys;
        type Found = __Found;
        type FoundWhere = <__Found as __p::diesel::query_builder::IntoUpdateTarget>::WhereClause;
    }
}

/// ```text
/// fn tenant_eq(tenant: &Self::Key) -> Self::TenantEq { … }
/// fn primary_key_eq(key: Self::PrimaryKey) -> Self::PrimaryKeyEq { … }
/// fn primary_key_any(keys: ::std::vec::Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny { … }
/// ```
pub(super) fn functions(model: &Model) -> TokenStream {
    let tenant_column = column_alias(&model.tenant_column);
    let columns: Vec<_> = model.primary_key.iter().map(|part| column_alias(&part.column)).collect();
    let (pattern, equal, any) = if let [column] = columns.as_slice() {
        (
            quote!(__key),
            quote!(__p::diesel::ExpressionMethods::eq(#column, __key)),
            quote!(__p::diesel::ExpressionMethods::eq_any(#column, __keys)),
        )
    } else {
        let parts: Vec<_> = (0..columns.len()).map(|at| format_ident!("__key_{at}")).collect();
        let each = columns
            .iter()
            .zip(&parts)
            .map(|(column, part)| quote!(__p::diesel::ExpressionMethods::eq(#column, #part)));
        let all = each.reduce(|all, next| quote!(__p::diesel::BoolExpressionMethods::and(#all, #next)));
        let any = quote! {
            __p::AnyOf::new(::std::iter::Iterator::collect(::std::iter::Iterator::map(
                ::std::iter::IntoIterator::into_iter(__keys),
                <Self as ::tenant_db::TenantModel>::primary_key_eq,
            )))
        };
        (quote!((#(#parts),*)), quote!(#all), any)
    };
    quote! {
        fn tenant_eq(__tenant: &Self::Key) -> Self::TenantEq {
            __p::diesel::ExpressionMethods::eq(#tenant_column, ::core::clone::Clone::clone(__tenant))
        }
        fn primary_key_eq(#pattern: Self::PrimaryKey) -> Self::PrimaryKeyEq {
            #equal
        }
        fn primary_key_any(__keys: ::std::vec::Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny {
            #any
        }
    }
}
