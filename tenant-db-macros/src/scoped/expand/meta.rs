//! The registry entry of a model.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{Ident, LitStr};

use super::super::constraints::{Check, Exclusion, OnDelete, Operand, Reference, Unique};
use super::super::model::Model;
use super::super::tenancy::Tenancy;
use crate::names::{at, column_alias, span_of};

/// ```text
/// const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts { name: "Customer", … });
/// ```
pub(super) fn meta(model: &Model) -> TokenStream {
    let name = model.ident.unraw().to_string();
    let schema = option(model.schema.as_ref().map(|schema| quote!(#schema)));
    let table = model.table.segments.last().map(|segment| segment.ident.unraw().to_string());
    let tenancy = tenancy(model);
    let primary_key = model.primary_key.iter().map(|key| column_name(&key.column));
    let defaults = model.defaults.iter().map(column_name);
    let generated_key = model.generates_key();
    let unique = model.unique.iter().map(unique);
    let references = model.references.iter().map(reference);
    let checks = model.checks.iter().map(|Check { name, sql }| quote!(__p::check(#name, #sql)));
    let exclusions = model.exclusions.iter().map(exclusion);
    let version = option(
        model.version.as_ref().map(|column| with_nullability(column, Nullability::Never, "to count changes")),
    );
    let soft_delete = option(model.soft_delete.as_ref().map(|column| {
        with_nullability(column, Nullability::Allowed, "which stands for a row that is not deleted")
    }));
    let key = match model.tenancy {
        Tenancy::Global => quote!(::tenant_db::KeyKind::Uuid),
        _ => quote!(<__Key as ::tenant_db::TenantKey>::KIND),
    };
    quote! {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: #name,
            module: ::core::module_path!(),
            schema: #schema,
            table: #table,
            tenancy: #tenancy,
            key: #key,
            primary_key: &[#(#primary_key),*],
            columns: <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            defaults: &[#(#defaults),*],
            generated_key: #generated_key,
            unique: &[#(#unique),*],
            references: &[#(#references),*],
            checks: &[#(#checks),*],
            exclusions: &[#(#exclusions),*],
            version: #version,
            soft_delete: #soft_delete,
            table_sql: || __p::table_sql(&__table::table),
        });
    }
}

/// ```text
/// impl ::tenant_db::PublicView for PublicJob {
///     const VIEW: &'static ::tenant_db::ViewMeta = &__p::view_meta(…);
/// }
/// ```
pub(super) fn view(model: &Model) -> Option<TokenStream> {
    let (ident, view) = (&model.ident, model.view.as_ref()?);
    let (of, rows) = (meta_of(&view.of), &view.rows);
    Some(quote! {
        #[automatically_derived]
        impl ::tenant_db::PublicView for #ident {
            const VIEW: &'static ::tenant_db::ViewMeta =
                &__p::view_meta(<Self as ::tenant_db::Model>::META, #of, #rows);
        }
    })
}

/// ```text
/// ::tenant_db::Tenancy::Column(<__column_tenant_id as __p::diesel::query_source::Column>::NAME)
/// ::tenant_db::Tenancy::Through { parent: __p::meta_of::<User>, foreign_key: &[…] }
/// ```
fn tenancy(model: &Model) -> TokenStream {
    match &model.tenancy {
        Tenancy::Column => {
            let column = column_name(&model.tenant_column);
            quote!(::tenant_db::Tenancy::Column(#column))
        }
        Tenancy::Global => quote!(::tenant_db::Tenancy::Global),
        Tenancy::Through(through) => {
            let parent = meta_of(&through.parent);
            let foreign_key = through.foreign_key.iter().map(|column| {
                with_nullability(column, Nullability::Never, "as every row belongs to the tenant of a parent")
            });
            quote!(::tenant_db::Tenancy::Through { parent: #parent, foreign_key: &[#(#foreign_key),*] })
        }
    }
}

fn unique(Unique { name, columns }: &Unique) -> TokenStream {
    let (name, columns) = (text(name.as_ref()), columns.iter().map(column_name));
    quote!(__p::unique(#name, &[#(#columns),*]))
}

fn reference(reference: &Reference) -> TokenStream {
    let (name, parent) = (text(reference.name.as_ref()), meta_of(&reference.parent));
    let set_null = reference.on_delete == OnDelete::SetNull;
    let columns = reference.columns.iter().map(|column| {
        if set_null {
            with_nullability(column, Nullability::Allowed, "as `on_delete = set_null` sets it")
        } else {
            column_name(column)
        }
    });
    let on_delete = match reference.on_delete {
        OnDelete::NoAction => quote!(NoAction),
        OnDelete::Restrict => quote!(Restrict),
        OnDelete::Cascade => quote!(Cascade),
        OnDelete::SetNull => quote!(SetNull),
    };
    quote!(__p::reference(#name, #parent, &[#(#columns),*], ::tenant_db::OnDelete::#on_delete))
}

fn exclusion(exclusion: &Exclusion) -> TokenStream {
    let Exclusion { name, using, elements, condition } = exclusion;
    let using = using.as_ref().map_or_else(|| quote!("gist"), |using| quote!(#using));
    let condition = text(condition.as_ref());
    let elements = elements.iter().map(|element| {
        let operator = &element.operator;
        let operand = match &element.operand {
            Operand::Column(column) => {
                let column = column_name(column);
                quote!(::tenant_db::ExclusionOperand::Column(#column))
            }
            Operand::Expression(sql) => quote!(::tenant_db::ExclusionOperand::Sql(#sql)),
        };
        quote!(__p::excluded(#operand, #operator))
    });
    quote!(__p::exclusion(#name, #using, &[#(#elements),*], #condition))
}

/// `__p::meta_of::<Customer>`, underlined at the model.
fn meta_of(model: &syn::Type) -> TokenStream {
    let span = span_of(model);
    quote_spanned!(span=> __p::meta_of::<#model>)
}

/// `<__column_id as __p::diesel::query_source::Column>::NAME`.
fn column_name(column: &Ident) -> TokenStream {
    let column = column_alias(column);
    quote!(<#column as __p::diesel::query_source::Column>::NAME)
}

/// Whether a column may be NULL.
#[derive(Clone, Copy)]
enum Nullability {
    Allowed,
    Never,
}

/// The name of a column that has to allow NULL, or must not, underlined where it is named.
fn with_nullability(column: &Ident, nullability: Nullability, purpose: &str) -> TokenStream {
    let (name, span) = (column_name(column), at(column.span()));
    let check = match nullability {
        Nullability::Allowed => quote_spanned!(span=> __p::nullable),
        Nullability::Never => quote_spanned!(span=> __p::never_null),
    };
    quote_spanned! {span=>
        #check(
            <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            #name,
            #purpose,
        )
    }
}

fn text(text: Option<&LitStr>) -> TokenStream {
    option(text.map(|text| quote!(#text)))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
