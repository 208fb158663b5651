//! The registry entry of a model.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;

use super::super::model::Model;
use crate::names::column_alias;

/// ```text
/// const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts { name: "Customer", … });
/// ```
pub(super) fn meta(model: &Model) -> TokenStream {
    let name = model.ident.unraw().to_string();
    let schema = match &model.schema {
        Some(schema) => quote!(::core::option::Option::Some(#schema)),
        None => quote!(::core::option::Option::None),
    };
    let table = model.table.segments.last().map(|segment| segment.ident.unraw().to_string());
    let tenant_column = column_alias(&model.tenant_column);
    let primary_key = model.primary_key.iter().map(|key| column_alias(&key.column));
    let defaults = model.defaults.iter().map(column_alias);
    let generated_key = model.generates_key();
    quote! {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: #name,
            module: ::core::module_path!(),
            schema: #schema,
            table: #table,
            tenant_column: <#tenant_column as __p::diesel::query_source::Column>::NAME,
            key: <__Key as ::tenant_db::TenantKey>::KIND,
            primary_key: &[#(<#primary_key as __p::diesel::query_source::Column>::NAME),*],
            columns: <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            defaults: &[#(<#defaults as __p::diesel::query_source::Column>::NAME),*],
            generated_key: #generated_key,
            table_sql: || __p::table_sql(&__table::table),
        });
    }
}
