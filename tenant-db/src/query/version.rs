//! Optimistic locking: changes of a row that say which version of it they were made from.

use super::changes::ChangesOf;
use super::delete::with_key;
use super::fragments::Filtered;
use super::select::ScopedQuery;
use super::update::updating;
use super::writing::Draft;
use crate::__private::Condition as BoxedCondition;
use crate::model::TenantModel;
use crate::session::Source;

/// A model whose rows have a version: `#[tenant(version = version)]`.
///
/// Every change counts it up: by key, of many rows, by an upsert, by marking as deleted. A change by key has to say which
/// version it was made from, so two people who change the same row do not overwrite each other unknowingly.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` have no version",
    label = "no `#[tenant(version = …)]` on `{Self}`, or no field for that column",
    note = "`update(key, changes)` changes a row whatever its version; `#[tenant(version = version)]` has changes counted in \
            a column of that name"
)]
pub trait Versioned: TenantModel {
    /// The type of the version: `i32` or `i64`.
    type Version: Clone + Send + Sync + 'static;

    /// The version of this row.
    fn version(&self) -> Self::Version;
    #[doc(hidden)]
    fn version_eq(version: Self::Version) -> BoxedCondition;
}

/// A model whose rows have no version: the last change wins.
#[diagnostic::on_unimplemented(
    message = "rows of `{Self}` have versions, so a change says which one it was made from",
    label = "`{Self}` counts versions",
    note = "write `update_row(&row, changes)` with the row as it was read, or `update_if(key, version, changes)`",
    note = "`filter(…).update(changes)` changes rows whatever their version, and counts it"
)]
pub trait Unversioned: TenantModel {}

/// Changes the row with a primary key if it still has that version.
pub(crate) fn update_version<'a, M, U, Kind, R>(
    source: Source<'a, M::Key>,
    key: M::PrimaryKey,
    version: M::Version,
    changes: U,
) -> Draft<'a, M>
where
    M: Versioned,
    U: ChangesOf<'a, M, Kind>,
    R: crate::permission::Grants<M::Read> + 'a,
{
    let condition = with_key::<M>(key.clone()).and(M::version_eq(version));
    let mut draft = updating(source, Some(condition), changes);
    // Only where nothing was changed, and then in a round trip of its own.
    let is_there = ScopedQuery::<M, R, _, Filtered>::new(source).that(Box::new(M::primary_key_eq(key)));
    draft.is_there = Some(is_there.exists());
    draft
}
