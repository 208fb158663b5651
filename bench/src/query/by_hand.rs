//! diesel-async alone: the tenant is a filter that somebody writes into each statement, and nothing enforces it. The role
//! is not bound by row-level security. Statements are sent on their own (autocommit), prepared and cached by diesel-async
//! where it can, on a pool that does not check connections on checkout.

use diesel::dsl::{count_star, exists, sum};
use diesel::prelude::*;
use diesel_async::pooled_connection::ManagerConfig;
use diesel_async::pooled_connection::bb8::{Pool, PooledConnection};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::models::{BareRemark, Buyer, Purchase, Remark, bare_remarks, buyers, purchases, remarks};
use super::{PAGE, Queries, REGION, STATE, Total, words};
use crate::contestants::pool;
use crate::{Result, Target};

/// diesel-async alone.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "a pool of diesel-async has none")]
pub struct ByHand {
    pool: Pool<AsyncPgConnection>,
}

impl ByHand {
    async fn connection(&self) -> Result<PooledConnection<'_, AsyncPgConnection>> {
        Ok(self.pool.get().await?)
    }
}

/// A remark as diesel inserts it.
#[derive(Insertable)]
#[diesel(table_name = remarks, treat_none_as_default_value = false)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    buyer_id: Uuid,
    words: String,
}

#[derive(Insertable)]
#[diesel(table_name = bare_remarks, treat_none_as_default_value = false)]
struct BareRow {
    id: Uuid,
    buyer_id: Uuid,
    words: String,
}

impl Queries for ByHand {
    const NAME: &'static str = "by hand";
    type Tenant = Uuid;

    async fn connect(target: &Target, connections: u32) -> Result<Self> {
        Ok(Self { pool: pool(target, connections, ManagerConfig::default()).await? })
    }

    fn tenant(&self, id: Uuid) -> Result<Uuid> {
        Ok(id)
    }

    async fn page(&self, tenant: &Uuid, (placed, id): (i64, Uuid)) -> Result<Vec<Purchase>> {
        let page = purchases::table
            .filter(purchases::tenant_id.eq(tenant))
            .filter(purchases::placed.ge(placed))
            .filter(purchases::placed.gt(placed).or(purchases::id.gt(id)))
            .order((purchases::placed.asc(), purchases::id.asc()))
            .limit(PAGE)
            .select(Purchase::as_select());
        Ok(page.load(&mut *self.connection().await?).await?)
    }

    async fn join(&self, tenant: &Uuid) -> Result<Vec<(Purchase, Buyer)>> {
        let of_a_buyer = buyers::tenant_id.eq(purchases::tenant_id).and(buyers::id.eq(purchases::buyer_id));
        let joined = purchases::table
            .inner_join(buyers::table.on(of_a_buyer))
            .filter(purchases::tenant_id.eq(tenant))
            .filter(purchases::state.eq(STATE))
            .order((purchases::placed.asc(), purchases::id.asc()))
            .limit(PAGE)
            .select((Purchase::as_select(), Buyer::as_select()));
        Ok(joined.load(&mut *self.connection().await?).await?)
    }

    async fn aggregate(&self, tenant: &Uuid) -> Result<Vec<Total>> {
        let totals = purchases::table
            .filter(purchases::tenant_id.eq(tenant))
            .group_by(purchases::state)
            .select((purchases::state, sum(purchases::amount), count_star()));
        Ok(totals.load(&mut *self.connection().await?).await?)
    }

    async fn remark(&self, tenant: &Uuid, id: Uuid) -> Result<Remark> {
        let remark = remarks::table.find((tenant, id)).select(Remark::as_select());
        Ok(remark.get_result(&mut *self.connection().await?).await?)
    }

    async fn remarks(&self, tenant: &Uuid, buyer: Uuid) -> Result<Vec<Remark>> {
        let remarks = remarks::table
            .filter(remarks::tenant_id.eq(tenant))
            .filter(remarks::buyer_id.eq(buyer))
            .select(Remark::as_select());
        Ok(remarks.load(&mut *self.connection().await?).await?)
    }

    async fn remarks_joined(&self, tenant: &Uuid) -> Result<Vec<(Remark, Buyer)>> {
        let on_a_buyer = buyers::tenant_id.eq(remarks::tenant_id).and(buyers::id.eq(remarks::buyer_id));
        let joined = remarks::table
            .inner_join(buyers::table.on(on_a_buyer))
            .filter(remarks::tenant_id.eq(tenant))
            .filter(buyers::region.eq(REGION))
            .order(remarks::id.asc())
            .limit(PAGE)
            .select((Remark::as_select(), Buyer::as_select()));
        Ok(joined.load(&mut *self.connection().await?).await?)
    }

    async fn insert_remarks(&self, tenant: &Uuid, buyer_id: Uuid) -> Result<Vec<Remark>> {
        let row = |words| Row { tenant_id: *tenant, id: Uuid::now_v7(), buyer_id, words };
        let rows: Vec<Row> = words().map(row).collect();
        let insert = diesel::insert_into(remarks::table).values(rows).returning(Remark::as_returning());
        Ok(insert.get_results(&mut *self.connection().await?).await?)
    }

    async fn bare_remark(&self, tenant: &Uuid, id: Uuid) -> Result<BareRemark> {
        let parent = buyers::table.filter(buyers::tenant_id.eq(tenant));
        let remark = bare_remarks::table
            .filter(bare_remarks::id.eq(id))
            .filter(exists(parent.filter(buyers::id.eq(bare_remarks::buyer_id))))
            .select(BareRemark::as_select());
        Ok(remark.get_result(&mut *self.connection().await?).await?)
    }

    async fn bare_remarks(&self, tenant: &Uuid, buyer: Uuid) -> Result<Vec<BareRemark>> {
        let parent = buyers::table.filter(buyers::tenant_id.eq(tenant));
        let remarks = bare_remarks::table
            .filter(bare_remarks::buyer_id.eq(buyer))
            .filter(exists(parent.filter(buyers::id.eq(bare_remarks::buyer_id))))
            .select(BareRemark::as_select());
        Ok(remarks.load(&mut *self.connection().await?).await?)
    }

    async fn bare_remarks_joined(&self, tenant: &Uuid) -> Result<Vec<(BareRemark, Buyer)>> {
        // The parent is there, so its tenant is all that has to be asked for.
        let joined = bare_remarks::table
            .inner_join(buyers::table.on(buyers::id.eq(bare_remarks::buyer_id)))
            .filter(buyers::tenant_id.eq(tenant))
            .filter(buyers::region.eq(REGION))
            .order(bare_remarks::id.asc())
            .limit(PAGE)
            .select((BareRemark::as_select(), Buyer::as_select()));
        Ok(joined.load(&mut *self.connection().await?).await?)
    }

    /// Whose the buyer is has to be asked first.
    async fn insert_bare_remarks(&self, tenant: &Uuid, buyer_id: Uuid) -> Result<Vec<BareRemark>> {
        let mut connection = self.connection().await?;
        let own = diesel::select(exists(buyers::table.find((tenant, buyer_id))));
        if !own.get_result(&mut *connection).await? {
            return Err("no such buyer".into());
        }
        let row = |words| BareRow { id: Uuid::now_v7(), buyer_id, words };
        let rows: Vec<BareRow> = words().map(row).collect();
        let insert =
            diesel::insert_into(bare_remarks::table).values(rows).returning(BareRemark::as_returning());
        Ok(insert.get_results(&mut *connection).await?)
    }
}
