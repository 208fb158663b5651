//! What a derive says about a struct: [`TenantModel`], and [`ModelMeta`], the registry that the DDL and the checks at
//! connect are made from.

use crate::tenant::{KeyKind, TenantKey};

/// Everything about a model that the database has to know as well.
///
/// `#[derive(TenantScoped)]` writes it, and [`registered_models`] lists those of the whole program.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ModelMeta {
    /// The struct's name.
    pub name: &'static str,
    /// The module that declares it.
    pub module: &'static str,
    /// The table's schema; `None` means `public`.
    pub schema: Option<&'static str>,
    /// The table.
    pub table: &'static str,
    /// The column that holds the tenant.
    pub tenant_column: &'static str,
    /// The type of that column.
    pub key: KeyKind,
    /// The primary key without the tenant column, in order.
    pub primary_key: &'static [&'static str],
    /// Every column of the diesel table, in its order.
    pub columns: &'static [ColumnMeta],
    /// Columns that the database fills when an insert leaves them out.
    pub defaults: &'static [&'static str],
    /// Whether this program makes the primary key (UUID version 7) when an insert leaves it out.
    pub generated_key: bool,
    /// The table as diesel writes it into statements, quoted: it must be the table that the DDL protects.
    pub table_sql: fn() -> String,
}

/// A column of a model's table, as diesel's `table!` describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnMeta {
    /// The column's name in SQL.
    pub name: &'static str,
    /// Whether it may be NULL.
    pub nullable: bool,
}

inventory::collect!(ModelMeta);

/// The models of the whole program, ordered by table.
///
/// ```
/// for model in tenant_db::registered_models() {
///     println!("{} is kept in {}", model.name, model.qualified_table());
/// }
/// ```
#[must_use]
pub fn registered_models() -> Vec<&'static ModelMeta> {
    let mut models: Vec<&'static ModelMeta> = inventory::iter::<ModelMeta>.into_iter().collect();
    models.sort_by_key(|model| (model.schema_name(), model.table, model.module, model.name));
    models
}

impl ModelMeta {
    /// The table's schema: the declared one, or `public`.
    #[must_use]
    pub fn schema_name(&self) -> &'static str {
        self.schema.unwrap_or("public")
    }

    /// `schema.table`, for people. Not quoted: SQL is written by [`database`](crate::database).
    #[must_use]
    pub fn qualified_table(&self) -> String {
        format!("{}.{}", self.schema_name(), self.table)
    }
}
