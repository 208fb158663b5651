//! [`Together`]: one transaction for several pieces of work.

use super::engine::Source;
use super::options::TransactionOptions;
use super::transaction::Transaction;
use crate::error::Result;
use crate::permission::AnyRole;
use crate::tenant::TenantKey;

/// The transaction that is open, or one of its own.
#[allow(clippy::large_enum_variant, reason = "there is one of it in an operation, and it is not moved about")]
pub(crate) enum Together<'a, K: TenantKey> {
    Open(Source<'a, K>),
    Own(Box<Transaction<AnyRole, K>>),
}

impl<'a, K: TenantKey> Source<'a, K> {
    /// A transaction for work that takes several statements, of which the later ones are not known when the first is sent.
    pub(crate) async fn together(self) -> Result<Together<'a, K>> {
        match self {
            Self::Pool { db, context } => {
                db.open(context, TransactionOptions::new()).await.map(|own| Together::Own(Box::new(own)))
            }
            Self::Transaction(_) => Ok(Together::Open(self)),
        }
    }
}

impl<K: TenantKey> Together<'_, K> {
    pub(crate) fn source(&self) -> Source<'_, K> {
        match self {
            Self::Open(source) => *source,
            Self::Own(transaction) => transaction.source(),
        }
    }

    /// Commits what is its own.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Open(_) => Ok(()),
            Self::Own(transaction) => transaction.commit().await,
        }
    }

    /// Rolls back what is its own. What was open already is poisoned by the statement that failed.
    pub(crate) async fn rollback(self) {
        if let Self::Own(transaction) = self {
            transaction.rollback().await;
        }
    }
}
