//! [`Model`]: what `#[derive(TenantScoped)]` knows once everything is checked.

use syn::{Ident, LitStr, Path, Type};

use super::constraints::{Check, Exclusion, Reference, Unique};
use super::tenancy::Tenancy;
use crate::field::Field;
use crate::names::last_segment;

/// A checked model. Only this reaches the expansion.
pub(crate) struct Model {
    /// The struct.
    pub(crate) ident: Ident,
    /// The path of the diesel table.
    pub(crate) table: Path,
    /// How rows belong to tenants.
    pub(crate) tenancy: Tenancy,
    /// The tenant column. Without meaning where rows belong to a tenant through a parent, or to none.
    pub(crate) tenant_column: Ident,
    /// Whether the attribute names it; else it is the default.
    pub(crate) tenant_column_is_named: bool,
    /// The type of the tenant's key, if it is not `Uuid`.
    pub(crate) key: Option<Type>,
    /// The columns of the primary key without the tenant, at least one.
    pub(crate) primary_key: Vec<KeyColumn>,
    /// The database schema; `None` is `public`.
    pub(crate) schema: Option<String>,
    /// The columns that the database fills.
    pub(crate) defaults: Vec<Ident>,
    /// The column that counts the changes of a row.
    pub(crate) version: Option<Ident>,
    /// The column that says when a row was deleted.
    pub(crate) soft_delete: Option<Ident>,
    /// What is unique among the rows of a tenant.
    pub(crate) unique: Vec<Unique>,
    /// The rows of other tables that a row refers to.
    pub(crate) references: Vec<Reference>,
    /// What holds for every row.
    pub(crate) checks: Vec<Check>,
    /// What holds for every two rows of a tenant.
    pub(crate) exclusions: Vec<Exclusion>,
    /// What each operation asks for.
    pub(crate) permissions: Permissions,
    /// What a public view shows.
    pub(crate) view: Option<View>,
    /// The fields, in order.
    pub(crate) fields: Vec<Field>,
}

/// Which rows a public view shows.
pub(crate) struct View {
    /// The model that they are of.
    pub(crate) of: Type,
    /// The condition that they fulfil.
    pub(crate) rows: LitStr,
}

/// A column of the primary key.
pub(crate) struct KeyColumn {
    /// The column.
    pub(crate) column: Ident,
    /// The place of its field.
    pub(crate) field: usize,
}

/// The permission that each operation asks for.
pub(crate) struct Permissions {
    /// For reading.
    pub(crate) read: Type,
    /// For inserting.
    pub(crate) insert: Type,
    /// For updating.
    pub(crate) update: Type,
    /// For deleting.
    pub(crate) delete: Type,
    /// Those that the attribute names, each once.
    pub(crate) named: Vec<Type>,
}

impl Model {
    /// Whether an insert may leave the primary key out and get a UUID: one column, whose type is called `Uuid`.
    pub(crate) fn generates_key(&self) -> bool {
        match self.primary_key.as_slice() {
            [only] => self
                .fields
                .get(only.field)
                .and_then(|field| last_segment(&field.ty))
                .is_some_and(|segment| segment.ident == "Uuid"),
            _ => false,
        }
    }

    /// The columns that constraints, the parent, the version and soft deletion name, each as often as they do.
    pub(crate) fn named_columns(&self) -> impl Iterator<Item = &Ident> {
        let parent = self.tenancy.through().into_iter().flat_map(|through| &through.foreign_key);
        parent
            .chain(&self.version)
            .chain(&self.soft_delete)
            .chain(self.unique.iter().flat_map(|unique| &unique.columns))
            .chain(self.references.iter().flat_map(|reference| &reference.columns))
            .chain(self.exclusions.iter().flat_map(Exclusion::columns))
    }

    /// The field of the tenant column, where the model has one.
    pub(crate) fn tenant_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_column(&self.tenant_column))
    }
}
