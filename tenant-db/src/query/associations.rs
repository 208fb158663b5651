//! Children of parents that are there already: [`belonging_to`](crate::TenantScoped::belonging_to) and
//! [`GroupedBy`].

use std::collections::HashMap;
use std::hash::Hash;

use super::select::ScopedQuery;
use crate::__private::Condition;
use crate::model::{Model, TenantModel};

/// A model whose rows refer to rows of `Parent`. `#[tenant(references(Parent, foreign_key))]` and `#[tenant(through(…))]`
/// implement it where the struct has fields for the foreign key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not belong to `{Parent}`",
    label = "no reference to `{Parent}` with a field for it",
    note = "declare it, `#[tenant(references({Parent}, foreign_key))]`, and let the struct have a field for the foreign key"
)]
pub trait BelongsTo<Parent: Model>: Model {
    /// The primary key of the parent, or `None` where there is none.
    fn parent_key(&self) -> Option<Parent::PrimaryKey>;

    /// `foreign_key = ANY($1)`.
    #[doc(hidden)]
    fn belongs_to_any(keys: Vec<Parent::PrimaryKey>) -> Condition;
}

/// What a foreign key's field says: a key, or an `Option` of one.
pub trait ParentKey<K> {
    /// The key.
    fn parent_key(&self) -> Option<K>;
}

impl<K: Clone> ParentKey<K> for K {
    fn parent_key(&self) -> Option<K> {
        Some(self.clone())
    }
}

impl<K: Clone> ParentKey<K> for Option<K> {
    fn parent_key(&self) -> Option<K> {
        self.clone()
    }
}

/// Sorts children to their parents.
///
/// ```no_run
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
/// # use diesel::prelude::*;
/// # use tenant_db::prelude::*;
/// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
/// let customers = db.scoped::<Customer>(&context).limit(20).load().await?;
/// let invoices = db.scoped::<Invoice>(&context).belonging_to(&customers).load().await?;
/// for (customer, invoices) in customers.iter().zip(invoices.grouped_by(&customers)) {
///     println!("{}: {}", customer.name, invoices.len());
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub trait GroupedBy<Parent: Model> {
    /// A child.
    type Child;

    /// The children of each parent, in the order of the parents; those of one parent keep their order. Children of nobody
    /// here are left out.
    fn grouped_by(self, parents: &[Parent]) -> Vec<Vec<Self::Child>>;
}

impl<Parent, Child> GroupedBy<Parent> for Vec<Child>
where
    Parent: Model<PrimaryKey: Eq + Hash>,
    Child: BelongsTo<Parent>,
{
    type Child = Child;

    fn grouped_by(self, parents: &[Parent]) -> Vec<Vec<Child>> {
        let places: HashMap<_, _> =
            parents.iter().enumerate().map(|(at, parent)| (parent.primary_key(), at)).collect();
        let mut groups: Vec<Vec<Child>> = parents.iter().map(|_| Vec::new()).collect();
        for child in self {
            let place = child.parent_key().and_then(|key| places.get(&key));
            if let Some(group) = place.and_then(|at| groups.get_mut(*at)) {
                group.push(child);
            }
        }
        groups
    }
}

impl<'a, M: TenantModel, R> ScopedQuery<'a, M, R> {
    /// Keeps the rows that refer to any of `parents`: their children, in one statement.
    ///
    /// # Isolation
    ///
    /// Parents only lend their keys: whatever keys they are, the rows are the tenant's.
    pub fn belonging_to<P: Model>(self, parents: &[P]) -> Self
    where
        M: BelongsTo<P>,
    {
        self.that(M::belongs_to_any(parents.iter().map(Model::primary_key).collect()))
    }
}
