//! The query builder: diesel's verbs on models, with the tenant predicate on every tenant table of every statement (I5).
//!
//! Programs start from [`TenantScoped`](struct@crate::TenantScoped) and seldom name what is in here; the types and bounds are
//! public so that signatures can be written.

mod fragments;
mod inspection;
mod keys;
mod predicate;
mod raw;
mod rows;
mod scope;
mod shape;

mod from;
mod parts;
mod select;
mod stream;

mod associations;
mod combine;
mod join;
mod load;
mod page;
mod subquery;

mod bulk;
mod changes;
mod child;
mod delete;
mod insert;
mod update;
mod upsert;
mod version;
mod write;
mod writing;

pub use associations::{BelongsTo, GroupedBy, ParentKey};
pub use bulk::BulkInsert;
pub use changes::{Assignable, ByExpression, ByStruct, ChangesOf};
pub use combine::{CombinedQuery, Direction};
pub use delete::{OnlyFilters, SoftDeletes};
pub(crate) use delete::{delete_one, purge_one, restore_one};
pub(crate) use fragments::Whole;
pub use fragments::{Arranged, Filtered, ForUpdate, SkipLocked, Stage};
pub use from::{Aliased, Append, Global, InnerJoin, Joined, Joins, LeftJoin, Sources};
pub use insert::{InsertInto, InsertRecord, TenantInsert};
pub(crate) use insert::{insert_batch, insert_one};
pub use join::{Contains, JoinsTo, Link, SelectionUnder};
pub use keys::AnyOf;
pub(crate) use keys::keys_per_statement;
pub use load::LoadsAs;
pub(crate) use page::Paging;
pub use page::{Cursor, CursorFault, OffsetPage, Page, PageOrder, PagedQuery, Unarranged, Unlocked};
pub use predicate::ParentTenant;
pub(crate) use rows::loading;
pub use scope::{Filter, GroupFilter, InScope, Orders, Selects};
pub use select::ScopedQuery;
pub use shape::{By, Columns, Grouped, SelectableFrom, WholeRow};
pub use stream::RowStream;
pub use subquery::{Anywhere, Correlated, SubQuery, SubQueryOf, Surrounds, exists, scalar};
pub use update::TenantUpdate;
pub(crate) use update::update_one;
pub use upsert::{
    AssignableColumns, ConflictChangesOf, ConflictTarget, Excluded, OnConflict, OneColumn, SeveralColumns,
    Upsert, excluded,
};
pub(crate) use version::update_version;
pub use version::{Unversioned, Versioned};
pub use writing::{EachRow, Gone, MaybeRow, OneRow, Returns, RowCount, Writing};
