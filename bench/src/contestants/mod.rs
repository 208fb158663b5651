//! Ways to work for a tenant, each written as its authors recommend, and all doing the same work: the same columns of the
//! same rows, decoded into structs, under the same policy, with the tenant predicate written out in the query as well.

mod by_hand;
mod library;
#[cfg(feature = "contestants")]
mod qail;
mod raw;
#[cfg(feature = "contestants")]
mod sea_orm;
#[cfg(feature = "contestants")]
mod sql;
#[cfg(feature = "contestants")]
mod sqlx;
#[cfg(feature = "contestants")]
mod tenaxum;

use uuid::Uuid;

pub use by_hand::ByHand;
pub use library::Library;
#[cfg(feature = "contestants")]
pub use qail::Qail;
pub use raw::Raw;
pub(crate) use raw::pool;
#[cfg(feature = "contestants")]
pub use sea_orm::SeaOrm;
#[cfg(feature = "contestants")]
pub use sqlx::Sqlx;
#[cfg(feature = "contestants")]
pub use tenaxum::Tenaxum;

use crate::models::{Customer, NewOrder, Order};
use crate::{Result, Target};

/// One way.
pub trait Contestant: Sized + Send + Sync + 'static {
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
    /// Where the contestant refuses the tenant.
    fn tenant(&self, id: Uuid) -> Result<Self::Tenant>;

    /// One customer, by key.
    fn find(&self, tenant: &Self::Tenant, id: Uuid) -> impl Future<Output = Result<Customer>> + Send;

    /// The [`PAGE`](crate::PAGE) customers after `after`, in the order of their keys.
    fn page(&self, tenant: &Self::Tenant, after: Uuid) -> impl Future<Output = Result<Vec<Customer>>> + Send;

    /// Inserts an order under a new key and returns it as the database has it.
    fn insert(&self, tenant: &Self::Tenant, order: NewOrder) -> impl Future<Output = Result<Order>> + Send;

    /// Inserts orders, in as few round trips as there is a way to, and returns them.
    fn insert_many(
        &self,
        tenant: &Self::Tenant,
        orders: Vec<NewOrder>,
    ) -> impl Future<Output = Result<Vec<Order>>> + Send;

    /// Sets a customer's limit and returns the customer as the database has it.
    fn update(
        &self,
        tenant: &Self::Tenant,
        id: Uuid,
        credit_limit: i64,
    ) -> impl Future<Output = Result<Customer>> + Send;

    /// In one transaction: reads a customer, raises the limit by one, and inserts an order of the new limit. Each
    /// statement needs the answer to the one before.
    fn raise(&self, tenant: &Self::Tenant, id: Uuid) -> impl Future<Output = Result<Order>> + Send;

    /// How many customers a query without any predicate sees, where the contestant can send one.
    fn visible(&self, tenant: &Self::Tenant) -> impl Future<Output = Result<u64>> + Send;
}

/// What [`Contestant::raise`] orders.
const NOTE: &str = "credit limit raised";
