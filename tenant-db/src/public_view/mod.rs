//! Public views: a few columns of the rows that everybody may see, whosoever they are, for readers without a context.

mod db;
mod everybody;
mod meta;
mod query;

pub use db::{PublicDb, PublicDbBuilder};
pub use everybody::Everybody;
pub use meta::{ViewMeta, registered_views};
pub use query::{ViewFilter, ViewOrder, ViewQuery};

use crate::model::Joinable;
use crate::permission::NoPermission;

/// A struct that stands for rows of a public view. `#[derive(PublicView)]` implements it; implementing it by hand is not
/// supported, because the checks of the derive are part of the promise.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a public view",
    label = "no `#[derive(PublicView)]` on `{Self}`",
    note = "without a context nothing is reached but public views, each of which names the columns and rows that everybody may see"
)]
pub trait PublicView: Joinable<Everybody, Read = NoPermission> {
    /// What the DDL and the checks at connect know about the view.
    const VIEW: &'static ViewMeta;
}
