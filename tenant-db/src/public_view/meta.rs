//! [`ViewMeta`]: what the database has to know about a public view, and the registry of all of them.

use std::fmt;

use crate::meta::ModelMeta;

/// Everything about a public view that the database has to know as well.
///
/// `#[derive(PublicView)]` writes it, and [`registered_views`] lists those of the whole program.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ViewMeta {
    /// The view, as if it were a table: name, schema, columns.
    pub view: &'static ModelMeta,
    /// The model whose rows it shows. A function, because constants that refer to each other would be a cycle.
    pub of: fn() -> &'static ModelMeta,
    /// The condition that rows fulfil to be shown, in SQL.
    pub rows: &'static str,
}

inventory::collect!(ViewMeta);

/// The public views of the whole program, ordered by name.
#[must_use]
pub fn registered_views() -> Vec<&'static ViewMeta> {
    let mut views: Vec<&'static ViewMeta> = inventory::iter::<ViewMeta>.into_iter().collect();
    views.sort_by_key(|view| (view.view.schema_name(), view.view.table, view.view.module, view.view.name));
    views
}

impl fmt::Debug for ViewMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewMeta")
            .field("view", &self.view.qualified_table())
            .field("of", &(self.of)().name)
            .field("rows", &self.rows)
            .finish()
    }
}
