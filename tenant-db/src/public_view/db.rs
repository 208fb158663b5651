//! [`PublicDb`]: the way to public views, and to nothing else.

use std::fmt;
use std::sync::Arc;

use crate::context::ContextInner;
use crate::database::DatabaseConfig;
use crate::error::Result;
use crate::query::ScopedQuery;
use crate::session::{Source, TenantDb, TenantDbBuilder};

use super::{Everybody, PublicView, ViewQuery};

/// How many connections public views get unless the URL says otherwise: what everybody may read should not take the server
/// from the tenants.
const POOL_SIZE: u32 = 4;

/// Connections of the role that reads public views.
///
/// It needs no [`TenantContext`](crate::TenantContext), and reaches nothing but what `#[derive(PublicView)]` names. Clones
/// are cheap and share the pool.
///
/// ```no_run
/// use diesel::prelude::*;
/// use tenant_db::{PublicDb, PublicView, TenantScoped};
/// use uuid::Uuid;
///
/// diesel::table! {
///     job_listings (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, title -> Text, salary -> BigInt, status -> Text, }
/// }
/// diesel::table! {
///     public_jobs (id) { id -> Uuid, title -> Text, }
/// }
///
/// #[derive(TenantScoped)]
/// #[tenant(table = job_listings)]
/// struct JobListing { id: Uuid, title: String, salary: i64, status: String }
///
/// #[derive(Debug, PublicView)]
/// #[public_view(table = public_jobs, of = JobListing, rows = "status = 'open'")]
/// struct PublicJob { id: Uuid, title: String }
///
/// # async fn example() -> tenant_db::Result<()> {
/// let public = PublicDb::connect("postgresql://tenant_db_public:…@host/db").await?;
/// let jobs = public.view::<PublicJob>().filter(public_jobs::title.like("%engineer%")).limit(20).load().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Isolation
///
/// It logs in as a role of its own, with SELECT on the views and no other right. [`connect`](Self::connect) compares the
/// database with the program's views, and refuses one in which the role can reach anything else. Every transaction is
/// read-only and without a tenant.
#[derive(Clone)]
pub struct PublicDb {
    db: TenantDb,
    everybody: Arc<ContextInner<Everybody>>,
}

impl PublicDb {
    /// Connects as the role for public views, and compares the database with the views.
    ///
    /// # Errors
    ///
    /// Those of [`PublicDbBuilder::connect`].
    pub async fn connect(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).connect().await
    }

    /// As [`connect`](Self::connect), with settings. Those in the URL are those of [`TenantDb::builder`], but for the
    /// pool's size, which is 4 unless it is given.
    pub fn builder(url: impl Into<String>) -> PublicDbBuilder {
        PublicDbBuilder { builder: TenantDb::builder(url) }
    }

    /// The rows of a public view.
    pub fn view<V: PublicView>(&self) -> ViewQuery<'_, V> {
        ViewQuery::new(ScopedQuery::of_global(Source::Pool { db: &self.db, context: &self.everybody }))
    }
}

impl fmt::Debug for PublicDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicDb").finish_non_exhaustive()
    }
}

/// How to connect to public views; made by [`PublicDb::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing before `connect`"]
pub struct PublicDbBuilder {
    builder: TenantDbBuilder,
}

impl PublicDbBuilder {
    /// Names of roles, where they are not the default ones. They must be those that the migrations were made with.
    pub fn database(self, config: DatabaseConfig) -> Self {
        Self { builder: self.builder.database(config) }
    }

    /// The largest number of connections. Default: 4.
    pub fn pool_size(self, connections: u32) -> Self {
        Self { builder: self.builder.pool_size(connections) }
    }

    /// Connects, compares the database with every public view of the program, and opens the pool.
    ///
    /// # Errors
    ///
    /// [`Error::Misconfigured`](crate::Error::Misconfigured) lists everything that the role can reach beside the views,
    /// and everything about them that is not what the program says, with the SQL that mends it.
    /// [`Error::InvalidConfiguration`](crate::Error::InvalidConfiguration) for settings that cannot be used,
    /// [`Error::Connect`](crate::Error::Connect) where there is no such database.
    pub async fn connect(self) -> Result<PublicDb> {
        let db = self.builder.connect_public(POOL_SIZE).await?;
        Ok(PublicDb { db, everybody: Arc::new(ContextInner::of_nobody(Everybody::new())) })
    }
}
