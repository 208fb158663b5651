//! [`ModelMeta`]: what the database has to know about a model as well, and the registry of all models, from which the DDL
//! and the checks at connect are made.

use std::fmt;

use crate::tenant::KeyKind;

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
    /// How a row belongs to a tenant.
    pub tenancy: Tenancy,
    /// The type of the tenant's key: the tenant column's, or that of the parent. Without meaning for
    /// [global](Tenancy::Global) tables.
    pub key: KeyKind,
    /// The primary key without the tenant column, in order.
    pub primary_key: &'static [&'static str],
    /// Every column of the diesel table, in its order.
    pub columns: &'static [ColumnMeta],
    /// Columns that the database fills when an insert leaves them out.
    pub defaults: &'static [&'static str],
    /// Whether this program makes the primary key (UUID version 7) when an insert leaves it out.
    pub generated_key: bool,
    /// What no two rows of one tenant have in common.
    pub unique: &'static [UniqueMeta],
    /// The rows of other tables that a row refers to.
    pub references: &'static [ReferenceMeta],
    /// What holds for every row.
    pub checks: &'static [CheckMeta],
    /// What no two rows of one tenant have at once.
    pub exclusions: &'static [ExclusionMeta],
    /// The column that counts the changes of a row.
    pub version: Option<&'static str>,
    /// The column that says when a row was deleted; such rows stay in the table.
    pub soft_delete: Option<&'static str>,
    /// The table as diesel writes it into statements, quoted: it must be the table that the DDL protects.
    pub table_sql: fn() -> String,
}

/// How the rows of a table belong to tenants.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Tenancy {
    /// The table has a tenant column.
    Column(&'static str),
    /// Rows belong to the tenant of a parent row.
    Through {
        /// The parent. A function, because constants that refer to each other would be a cycle.
        parent: fn() -> &'static ModelMeta,
        /// The columns that name the parent row, in the order of the parent's primary key.
        foreign_key: &'static [&'static str],
    },
    /// Reference data: no tenant.
    Global,
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

/// Columns that are unique among the rows of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UniqueMeta {
    /// The constraint's name, where the model gives one.
    pub name: Option<&'static str>,
    /// The columns, without the tenant's.
    pub columns: &'static [&'static str],
}

/// A reference to a row of another table, or of the same.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ReferenceMeta {
    /// The constraint's name, where the model gives one.
    pub name: Option<&'static str>,
    /// The model that is referred to. A function, because constants that refer to each other would be a cycle.
    pub parent: fn() -> &'static ModelMeta,
    /// The columns that name the row, in the order of the parent's primary key, without the tenant's.
    pub columns: &'static [&'static str],
    /// What becomes of the row when the other one is deleted.
    pub on_delete: OnDelete,
}

/// What becomes of a row when the one that it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnDelete {
    /// The other row cannot be deleted; looked at when the statement ends.
    NoAction,
    /// The other row cannot be deleted; looked at once.
    Restrict,
    /// It is deleted as well.
    Cascade,
    /// The reference becomes NULL; the tenant stays.
    SetNull,
}

/// A condition that holds for every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckMeta {
    /// The constraint's name.
    pub name: &'static str,
    /// The condition, in SQL.
    pub sql: &'static str,
}

/// A condition on each pair of rows of one tenant: not all of its operators hold for both at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExclusionMeta {
    /// The constraint's name.
    pub name: &'static str,
    /// The kind of index: `gist`.
    pub using: &'static str,
    /// What is compared, without the tenant.
    pub elements: &'static [ExclusionElement],
    /// The condition that rows must fulfil to be compared at all, in SQL.
    pub condition: Option<&'static str>,
}

/// A part of a row that an exclusion constraint compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExclusionElement {
    /// What is compared.
    pub operand: ExclusionOperand,
    /// The operator that it is compared with: `=`, `&&`.
    pub operator: &'static str,
}

/// What an exclusion constraint compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExclusionOperand {
    /// A column.
    Column(&'static str),
    /// An expression, in SQL.
    Sql(&'static str),
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

    /// The columns that say whose a row is: the tenant's, or those that name the parent's row.
    pub(crate) fn anchors(&self) -> Vec<&'static str> {
        match self.tenancy {
            Tenancy::Column(column) => vec![column],
            Tenancy::Through { foreign_key, .. } => foreign_key.to_vec(),
            Tenancy::Global => Vec::new(),
        }
    }

    /// The column that holds the tenant, where the table has one.
    #[must_use]
    pub const fn tenant_column(&self) -> Option<&'static str> {
        match self.tenancy {
            Tenancy::Column(column) => Some(column),
            Tenancy::Through { .. } | Tenancy::Global => None,
        }
    }
}

/// Names the other model only: models may refer to each other in circles.
impl fmt::Debug for Tenancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(column) => f.debug_tuple("Column").field(column).finish(),
            Self::Through { parent, foreign_key } => f
                .debug_struct("Through")
                .field("parent", &parent().name)
                .field("foreign_key", foreign_key)
                .finish(),
            Self::Global => f.write_str("Global"),
        }
    }
}

impl fmt::Debug for ReferenceMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReferenceMeta")
            .field("name", &self.name)
            .field("parent", &(self.parent)().name)
            .field("columns", &self.columns)
            .field("on_delete", &self.on_delete)
            .finish()
    }
}
