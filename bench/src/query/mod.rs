//! Queries of tenant-db beside the statements that somebody writes by hand with diesel-async who has no row-level security:
//! the same rows of the same tables, over pools of the same kind.

mod by_hand;
mod market;
pub mod models;
mod plans;
mod scoped;
mod verification;

use uuid::Uuid;

pub use by_hand::ByHand;
pub use market::{BIG_ROWS, Market, ROWS, TENANTS, big_tenant, buyer, row, tenant};
pub use plans::{Plan, plans};
pub use scoped::Scoped;
pub use verification::verify;

use self::models::{BareRemark, Buyer, Purchase, Remark};
use crate::{Result, Target};

/// A state with a fifth of the purchases.
const STATE: i32 = 2;
/// A region with a tenth of the buyers.
const REGION: i32 = 3;
/// How many rows a page has.
const PAGE: i64 = 50;

/// The purchases in a state: which, how much, how many.
pub type Total = (i32, Option<i64>, i64);

/// One side of the comparison.
pub trait Queries: Sized + Send + Sync + 'static {
    /// Its name in the results.
    const NAME: &'static str;

    /// A tenant, in the form in which a request carries it.
    type Tenant: Send + Sync + 'static;

    /// Opens a pool with at most so many connections.
    fn connect(target: &Target, connections: u32) -> impl Future<Output = Result<Self>> + Send;

    /// What a request of this tenant has in its hands before the first query.
    ///
    /// # Errors
    ///
    /// Where the tenant is refused.
    fn tenant(&self, id: Uuid) -> Result<Self::Tenant>;

    /// Fifty purchases behind one of which time and key are known, by time and key.
    fn page(
        &self,
        tenant: &Self::Tenant,
        after: (i64, Uuid),
    ) -> impl Future<Output = Result<Vec<Purchase>>> + Send;

    /// The first fifty purchases in one state with their buyers, by time and key.
    fn join(&self, tenant: &Self::Tenant) -> impl Future<Output = Result<Vec<(Purchase, Buyer)>>> + Send;

    /// Sum and number of the purchases, by state.
    fn aggregate(&self, tenant: &Self::Tenant) -> impl Future<Output = Result<Vec<Total>>> + Send;

    /// A remark by its key.
    fn remark(&self, tenant: &Self::Tenant, id: Uuid) -> impl Future<Output = Result<Remark>> + Send;

    /// The remarks on a buyer.
    fn remarks(&self, tenant: &Self::Tenant, buyer: Uuid)
    -> impl Future<Output = Result<Vec<Remark>>> + Send;

    /// Fifty remarks on buyers of one region with their buyers, by key.
    fn remarks_joined(
        &self,
        tenant: &Self::Tenant,
    ) -> impl Future<Output = Result<Vec<(Remark, Buyer)>>> + Send;

    /// Inserts a hundred remarks on a buyer and returns them.
    fn insert_remarks(
        &self,
        tenant: &Self::Tenant,
        buyer: Uuid,
    ) -> impl Future<Output = Result<Vec<Remark>>> + Send;

    /// As [`remark`](Self::remark), from the table without a tenant column.
    fn bare_remark(&self, tenant: &Self::Tenant, id: Uuid)
    -> impl Future<Output = Result<BareRemark>> + Send;

    /// As [`remarks`](Self::remarks), from the table without a tenant column.
    fn bare_remarks(
        &self,
        tenant: &Self::Tenant,
        buyer: Uuid,
    ) -> impl Future<Output = Result<Vec<BareRemark>>> + Send;

    /// As [`remarks_joined`](Self::remarks_joined), from the table without a tenant column.
    fn bare_remarks_joined(
        &self,
        tenant: &Self::Tenant,
    ) -> impl Future<Output = Result<Vec<(BareRemark, Buyer)>>> + Send;

    /// As [`insert_remarks`](Self::insert_remarks), into the table without a tenant column; for a buyer of the tenant only.
    fn insert_bare_remarks(
        &self,
        tenant: &Self::Tenant,
        buyer: Uuid,
    ) -> impl Future<Output = Result<Vec<BareRemark>>> + Send;
}

/// What is inserted.
fn words() -> impl Iterator<Item = String> {
    (0..100).map(|n| format!("said in passing, number {n}"))
}
