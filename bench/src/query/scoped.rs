//! tenant-db, as the role that row-level security binds.

use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::{Identity, danger};
use uuid::Uuid;

use super::models::{
    BareRemark, Buyer, NewBareRemark, NewRemark, Purchase, Remark, bare_remarks, buyers, purchases, remarks,
};
use super::{PAGE, Queries, REGION, STATE, Total, words};
use crate::{Result, Target};

/// tenant-db.
#[derive(Debug, Clone)]
pub struct Scoped {
    pub(super) db: TenantDb,
}

impl Queries for Scoped {
    const NAME: &'static str = "tenant-db";
    type Tenant = TenantContext;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        let builder = TenantDb::builder(target.url.clone()).database(target.config.clone());
        Ok(Self { db: builder.pool_size(connections).connect().await? })
    }

    fn tenant(&self, id: Uuid) -> Result<TenantContext> {
        Ok(danger::context("a benchmark has no users", Identity::new(id, "bench"))?)
    }

    async fn page(&self, tenant: &TenantContext, (placed, id): (i64, Uuid)) -> Result<Vec<Purchase>> {
        let page = self
            .db
            .scoped::<Purchase>(tenant)
            .filter(purchases::placed.ge(placed))
            .filter(purchases::placed.gt(placed).or(purchases::id.gt(id)))
            .order((purchases::placed.asc(), purchases::id.asc()))
            .limit(PAGE);
        Ok(page.load().await?)
    }

    async fn join(&self, tenant: &TenantContext) -> Result<Vec<(Purchase, Buyer)>> {
        let joined = self
            .db
            .scoped::<Purchase>(tenant)
            .inner_join::<Buyer>()
            .filter(purchases::state.eq(STATE))
            .order((purchases::placed.asc(), purchases::id.asc()))
            .limit(PAGE);
        Ok(joined.load().await?)
    }

    async fn aggregate(&self, tenant: &TenantContext) -> Result<Vec<Total>> {
        let totals = self.db.scoped::<Purchase>(tenant).group_by(purchases::state);
        Ok(totals.select((purchases::state, sum(purchases::amount), count_star())).load().await?)
    }

    async fn remark(&self, tenant: &TenantContext, id: Uuid) -> Result<Remark> {
        Ok(self.db.scoped::<Remark>(tenant).find(id).await?)
    }

    async fn remarks(&self, tenant: &TenantContext, buyer: Uuid) -> Result<Vec<Remark>> {
        Ok(self.db.scoped::<Remark>(tenant).filter(remarks::buyer_id.eq(buyer)).load().await?)
    }

    async fn remarks_joined(&self, tenant: &TenantContext) -> Result<Vec<(Remark, Buyer)>> {
        let joined = self.db.scoped::<Remark>(tenant).inner_join::<Buyer>().filter(buyers::region.eq(REGION));
        Ok(joined.order(remarks::id.asc()).limit(PAGE).load().await?)
    }

    async fn insert_remarks(&self, tenant: &TenantContext, buyer_id: Uuid) -> Result<Vec<Remark>> {
        let new = words().map(|words| NewRemark { buyer_id, words });
        Ok(self.db.scoped::<Remark>(tenant).insert_many(new).await?)
    }

    async fn bare_remark(&self, tenant: &TenantContext, id: Uuid) -> Result<BareRemark> {
        Ok(self.db.scoped::<BareRemark>(tenant).find(id).await?)
    }

    async fn bare_remarks(&self, tenant: &TenantContext, buyer: Uuid) -> Result<Vec<BareRemark>> {
        Ok(self.db.scoped::<BareRemark>(tenant).filter(bare_remarks::buyer_id.eq(buyer)).load().await?)
    }

    async fn bare_remarks_joined(&self, tenant: &TenantContext) -> Result<Vec<(BareRemark, Buyer)>> {
        let joined =
            self.db.scoped::<BareRemark>(tenant).inner_join::<Buyer>().filter(buyers::region.eq(REGION));
        Ok(joined.order(bare_remarks::id.asc()).limit(PAGE).load().await?)
    }

    async fn insert_bare_remarks(&self, tenant: &TenantContext, buyer_id: Uuid) -> Result<Vec<BareRemark>> {
        let new = words().map(|words| NewBareRemark { buyer_id, words });
        Ok(self.db.scoped::<BareRemark>(tenant).insert_many(new).await?)
    }
}
