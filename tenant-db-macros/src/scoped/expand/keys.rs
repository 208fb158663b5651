//! The tenant, the primary key, and the conditions made from them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::super::model::Model;
use super::super::tenancy::Tenancy;
use crate::names::{column_alias, span_of};

/// The types of the keys and of the conditions.
///
/// ```text
/// type __Key = <Customer as __p::ModelTenant>::Key;
/// type __ReadKey = __p::ReadKey<Customer>;
/// type __TenantColumn = __column_tenant_id;
/// type __TenantSql = __p::diesel::dsl::SqlTypeOf<__column_tenant_id>;
/// type __Tenant = __p::diesel::dsl::Eq<__column_tenant_id, __Key>;
/// type __PrimaryKey = <Customer as __p::KeyField<0>>::Type;
/// type __PrimaryKeyEq = __p::diesel::dsl::Eq<__column_id, __PrimaryKey>;
/// type __PrimaryKeyAny = __p::diesel::dsl::EqAny<__column_id, ::std::vec::Vec<__PrimaryKey>>;
/// ```
pub(super) fn types(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let tenant = tenant_types(model);
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
        #tenant
        type __PrimaryKey = #primary_key;
        type __PrimaryKeyEq = #equal;
        type __PrimaryKeyAny = #any;
    }
}

/// The tenant's column, or where a child table has it from.
///
/// ```text
/// type __Key = <User as ::tenant_db::TenantModel>::Key;
/// type __TenantColumn = __p::ParentTenant<Credential>;
/// type __TenantSql = <User as ::tenant_db::TenantModel>::TenantSql;
/// ```
fn tenant_types(model: &Model) -> TokenStream {
    let ident = &model.ident;
    match &model.tenancy {
        Tenancy::Column => {
            let column = column_alias(&model.tenant_column);
            quote! {
                type __Key = <#ident as __p::ModelTenant>::Key;
                type __ReadKey = __p::ReadKey<#ident>;
                type __TenantColumn = #column;
                type __TenantSql = __p::diesel::dsl::SqlTypeOf<#column>;
                type __Tenant = __p::diesel::dsl::Eq<#column, __Key>;
            }
        }
        Tenancy::Through(through) => {
            let (parent, span) = (&through.parent, span_of(&through.parent));
            let key = quote_spanned!(span=> type __Key = <#parent as ::tenant_db::TenantModel>::Key;);
            quote! {
                #key
                type __ReadKey = __Key;
                type __TenantColumn = __p::ParentTenant<#ident>;
                type __TenantSql = <#parent as ::tenant_db::TenantModel>::TenantSql;
            }
        }
        Tenancy::Global => TokenStream::new(),
    }
}

/// The tenant's column as a value; of a global table a column that is never NULL, by which a left join tells whether
/// there is a row.
pub(super) fn tenant_column(model: &Model) -> TokenStream {
    match &model.tenancy {
        Tenancy::Column => {
            let column = column_alias(&model.tenant_column);
            quote!(#column)
        }
        Tenancy::Through(_) => quote!(<__TenantColumn as ::core::default::Default>::default()),
        Tenancy::Global => {
            let column = model.primary_key.first().map(|part| column_alias(&part.column));
            quote!(#column)
        }
    }
}

/// ```text
/// type PrimaryKey = __PrimaryKey;
/// type PrimaryKeyEq = __PrimaryKeyEq;
/// type PrimaryKeyAny = __PrimaryKeyAny;
/// ```
pub(super) fn associated_types() -> TokenStream {
    quote! {
        type PrimaryKey = __PrimaryKey;
        type PrimaryKeyEq = __PrimaryKeyEq;
        type PrimaryKeyAny = __PrimaryKeyAny;
    }
}

/// ```text
/// fn primary_key(&self) -> Self::PrimaryKey { … }
/// fn primary_key_eq(key: Self::PrimaryKey) -> Self::PrimaryKeyEq { … }
/// fn primary_key_any(keys: ::std::vec::Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny { … }
/// ```
pub(super) fn functions(model: &Model) -> TokenStream {
    let columns: Vec<_> = model.primary_key.iter().map(|part| column_alias(&part.column)).collect();
    let fields: Vec<_> = model
        .primary_key
        .iter()
        .filter_map(|part| model.fields.get(part.field))
        .map(|field| {
            let ident = &field.ident;
            quote!(::core::clone::Clone::clone(&self.#ident))
        })
        .collect();
    let (own, pattern, equal, any) = if let ([column], [field]) = (columns.as_slice(), fields.as_slice()) {
        (
            quote!(#field),
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
                <Self as ::tenant_db::Model>::primary_key_eq,
            )))
        };
        (quote!((#(#fields),*)), quote!((#(#parts),*)), quote!(#all), any)
    };
    quote! {
        fn primary_key(&self) -> Self::PrimaryKey {
            #own
        }
        fn primary_key_eq(#pattern: Self::PrimaryKey) -> Self::PrimaryKeyEq {
            #equal
        }
        fn primary_key_any(__keys: ::std::vec::Vec<Self::PrimaryKey>) -> Self::PrimaryKeyAny {
            #any
        }
    }
}
