//! Proof, before anything is measured, that both sides do the same work.

use std::fmt::Debug;

use super::{BIG_ROWS, Market, Queries, ROWS, Total, big_tenant, buyer, row, tenant};
use crate::Result;

/// Asks both everything, for several tenants, and compares.
///
/// # Errors
///
/// What they do not agree about, or where they agree on something that is wrong.
pub async fn verify<A: Queries, B: Queries>(market: &Market, one: &A, other: &B) -> Result<()> {
    for id in [tenant(0), tenant(77), tenant(999), big_tenant()] {
        let (a, b) = (one.tenant(id)?, other.tenant(id)?);
        let after = (20, row(id, 40));
        let page = same("page", one.page(&a, after).await?, other.page(&b, after).await?)?;
        check("page", page.len() == 50 && page[0].id == row(id, 41))?;
        let joined = same("join", one.join(&a).await?, other.join(&b).await?)?;
        check(
            "join",
            joined.len() == 50 && joined.iter().all(|(purchase, buyer)| purchase.buyer_id == buyer.id),
        )?;
        let totals = same("aggregate", sorted(one.aggregate(&a).await?), sorted(other.aggregate(&b).await?))?;
        let rows = if id == big_tenant() { BIG_ROWS } else { ROWS };
        check("aggregate", totals.iter().map(|total| total.2.unsigned_abs()).sum::<u64>() == rows)?;

        let of = buyer(id, 33);
        same("remark", one.remark(&a, row(id, 5)).await?, other.remark(&b, row(id, 5)).await?)?;
        same(
            "bare remark",
            one.bare_remark(&a, row(id, 5)).await?,
            other.bare_remark(&b, row(id, 5)).await?,
        )?;
        let (mut left, mut right) = (one.remarks(&a, of).await?, other.remarks(&b, of).await?);
        left.sort_by_key(|remark| remark.id);
        right.sort_by_key(|remark| remark.id);
        check("remarks", same("remarks", left, right)?.len() == 10)?;
        let (mut left, mut right) = (one.bare_remarks(&a, of).await?, other.bare_remarks(&b, of).await?);
        left.sort_by_key(|remark| remark.id);
        right.sort_by_key(|remark| remark.id);
        check("bare remarks", same("bare remarks", left, right)?.len() == 10)?;
        let joined = same("remarks joined", one.remarks_joined(&a).await?, other.remarks_joined(&b).await?)?;
        check("remarks joined", joined.len() == 50)?;
        let bare = same(
            "bare remarks joined",
            one.bare_remarks_joined(&a).await?,
            other.bare_remarks_joined(&b).await?,
        )?;
        check("bare remarks joined", bare.len() == 50 && bare[49].0.id == joined[49].0.id)?;

        check("foreign rows", one.remark(&a, row(tenant(1), 5)).await.is_err())?;
        check("foreign rows", one.bare_remark(&a, row(tenant(1), 5)).await.is_err())?;
        check("foreign rows", other.bare_remark(&b, row(tenant(1), 5)).await.is_err())?;
        check("foreign parents", one.insert_bare_remarks(&a, buyer(tenant(1), 5)).await.is_err())?;
        check("foreign parents", other.insert_bare_remarks(&b, buyer(tenant(1), 5)).await.is_err())?;
        for (inserted, bare) in [
            (one.insert_remarks(&a, of).await?, one.insert_bare_remarks(&a, of).await?),
            (other.insert_remarks(&b, of).await?, other.insert_bare_remarks(&b, of).await?),
        ] {
            check("insert", inserted.len() == 100 && inserted.iter().all(|remark| remark.buyer_id == of))?;
            check("insert bare", bare.len() == 100 && bare.iter().all(|remark| remark.buyer_id == of))?;
        }
    }
    market.tidy().await
}

#[allow(clippy::needless_pass_by_value, reason = "what was read is looked at once")]
fn same<T: PartialEq + Debug>(what: &str, one: T, other: T) -> Result<T> {
    if one == other { Ok(one) } else { Err(format!("{what}: {one:?} is not {other:?}").into()) }
}

fn check(what: &str, right: bool) -> Result<()> {
    if right { Ok(()) } else { Err(format!("{what}: not what was written").into()) }
}

fn sorted(mut totals: Vec<Total>) -> Vec<Total> {
    totals.sort_unstable();
    totals
}
