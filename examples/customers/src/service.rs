//! The service: a transaction for a customer, and the flows in it.

use diesel::prelude::*;
use tenant_db::database::DatabaseConfig;
use tenant_db::prelude::*;
use tenant_db::{Result, Transaction};

use crate::directory::Directory;
use crate::models::{Clerk, CustomerId, Item, NewItem, NewPayment, NewTcp, Payment, Tcp, TcpChanges};
use crate::schema::{tbl_tcp, tbl_tcp_item};

/// A transaction in which the customer is set, and nobody else's rows are there.
pub type CustomerTransaction = Transaction<Clerk, CustomerId>;

/// Whom the program acts for.
pub type CustomerContext = TenantContext<Clerk, CustomerId>;

/// What serves customers.
#[derive(Debug, Clone)]
pub struct Service {
    db: TenantDb,
    directory: Directory,
}

impl Service {
    /// Connects as the runtime role. `config` says how far the adoption of the database is.
    ///
    /// # Errors
    ///
    /// Those of [`TenantDbBuilder::connect`](tenant_db::TenantDbBuilder::connect): the report where the database does not
    /// isolate customers.
    pub async fn connect(url: &str, config: DatabaseConfig, directory: Directory) -> Result<Self> {
        let db = TenantDb::builder(url).database(config).pool_size(4).connect().await?;
        Ok(Self { db, directory })
    }

    /// The pool, for single statements: `service.db().scoped::<Tcp>(&context)`.
    #[must_use]
    pub fn db(&self) -> &TenantDb {
        &self.db
    }

    /// A context for a customer whom the directory knows.
    ///
    /// # Errors
    ///
    /// [`Error::Unauthenticated`](tenant_db::Error::Unauthenticated) for anybody else.
    pub async fn context(&self, customer_id: &str) -> Result<CustomerContext> {
        self.directory.authenticate(customer_id).await?.as_role::<Clerk>()
    }

    /// Opens a transaction in which the customer is set: `beginTransactionWithCustomerContext(customerId)`.
    ///
    /// It comes back only once the database has the customer. Where the context cannot be set, whatever was begun has been
    /// rolled back. Dropped, the transaction rolls back.
    ///
    /// # Errors
    ///
    /// [`Error::Unauthenticated`](tenant_db::Error::Unauthenticated) for a customer that the directory does not know, and
    /// whatever keeps the database from beginning the transaction.
    pub async fn begin_transaction_with_customer_context(
        &self,
        customer_id: &str,
    ) -> Result<CustomerTransaction> {
        let context = self.context(customer_id).await?;
        let transaction = self.db.begin(&context).await?;
        match transaction.ensure_open().await {
            Ok(()) => Ok(transaction),
            Err(failure) => {
                transaction.rollback().await;
                Err(failure)
            }
        }
    }
}

/// SELECT: the customer's open agreements, dearest first.
///
/// # Errors
///
/// Those of a query.
pub async fn open_agreements(tx: &CustomerTransaction) -> Result<Vec<Tcp>> {
    let order = (tbl_tcp::amount_cents.desc(), tbl_tcp::tcp_id.asc());
    tx.scoped::<Tcp>().filter(tbl_tcp::status.eq("open")).order(order).load().await
}

/// INSERT: an agreement with its positions. Nobody says whose it is.
///
/// # Errors
///
/// Those of an insert.
pub async fn agree(tx: &CustomerTransaction, title: &str, positions: &[(&str, i64)]) -> Result<Tcp> {
    let amount_cents = positions.iter().map(|(_, cents)| cents).sum();
    let agreement = tx.scoped::<Tcp>().insert(NewTcp { title, amount_cents }).await?;
    let items = positions.iter().map(|(description, amount_cents)| NewItem {
        tcp_id: agreement.tcp_id,
        description,
        amount_cents: *amount_cents,
    });
    tx.scoped::<Item>().insert_many(items.collect::<Vec<_>>()).await?;
    Ok(agreement)
}

/// UPDATE: takes a payment, and closes the agreement.
///
/// # Errors
///
/// [`Error::NotFound`](tenant_db::Error::NotFound) for an agreement of nobody's or of another customer's;
/// [`Error::Conflict`](tenant_db::Error::Conflict) for a reference that the customer has used.
pub async fn settle(tx: &CustomerTransaction, tcp_id: i64, reference: &str) -> Result<Payment> {
    let changes = TcpChanges { status: Some("closed"), ..TcpChanges::default() };
    let agreement = tx.scoped::<Tcp>().update(tcp_id, changes).await?;
    let payment = NewPayment { tcp_id, reference, paid_cents: agreement.amount_cents };
    tx.scoped::<Payment>().insert(payment).await
}

/// DELETE: an agreement that was not paid. Its positions go with it.
///
/// # Errors
///
/// [`Error::NotFound`](tenant_db::Error::NotFound) as for [`settle`], [`Error::Conflict`](tenant_db::Error::Conflict) for
/// one with payments.
pub async fn withdraw(tx: &CustomerTransaction, tcp_id: i64) -> Result<()> {
    tx.scoped::<Tcp>().delete(tcp_id).await
}

/// The positions of an agreement.
///
/// # Errors
///
/// Those of a query.
pub async fn positions(tx: &CustomerTransaction, tcp_id: i64) -> Result<Vec<Item>> {
    let own = tx.scoped::<Item>().filter(tbl_tcp_item::tcp_id.eq(tcp_id));
    own.order(tbl_tcp_item::item_id.asc()).load().await
}
