//! Proof, before anything is measured, that a contestant does the work that it is timed for.

use crate::models::{Customer, NewOrder};
use crate::{CUSTOMERS, Contestant, Ground, PAGE, Result, customer_id, tenant_id};

/// Runs every operation once.
///
/// # Errors
///
/// What the contestant got wrong: a row of another tenant above all.
pub async fn verify<C: Contestant>(contestant: &C, ground: &Ground) -> Result<()> {
    ground.tidy().await?;
    let mismatch = |what: &str| Err(format!("{}: {what}", C::NAME).into());
    let id = tenant_id(0);
    let tenant = contestant.tenant(id)?;

    let customer = contestant.find(&tenant, customer_id(id, 6)).await?;
    if customer != seventh(ground).await? {
        return mismatch(&format!("find returned {customer:?}"));
    }
    let page = contestant.page(&tenant, customer_id(id, 99)).await?;
    let expected = (100..).map(|n| customer_id(id, n)).take(PAGE);
    if !page.iter().map(|customer| customer.id).eq(expected) {
        return mismatch("the page has other rows");
    }
    if let Ok(customer) = contestant.find(&tenant, customer_id(tenant_id(1), 6)).await {
        return mismatch(&format!("another tenant's customer was found: {customer:?}"));
    }
    if contestant.update(&tenant, customer_id(tenant_id(1), 6), 0).await.is_ok() {
        return mismatch("another tenant's customer was changed");
    }
    let visible = contestant.visible(&tenant).await?;
    if visible != CUSTOMERS {
        return mismatch(&format!("{visible} customers are visible instead of {CUSTOMERS}"));
    }

    let new = NewOrder { customer_id: customer.id, amount: 5, note: "one".to_owned() };
    let order = contestant.insert(&tenant, new.clone()).await?;
    if (order.customer_id, order.amount, &*order.note) != (customer.id, 5, "one") {
        return mismatch(&format!("insert returned {order:?}"));
    }
    let orders = contestant.insert_many(&tenant, vec![new; 100]).await?;
    if orders.len() != 100 || orders.iter().any(|order| order.amount != 5) {
        return mismatch("insert_many returned something else");
    }
    let updated = contestant.update(&tenant, customer.id, 70).await?;
    if (updated.id, updated.credit_limit) != (customer.id, 70) {
        return mismatch(&format!("update returned {updated:?}"));
    }
    let order = contestant.raise(&tenant, customer.id).await?;
    if (order.customer_id, order.amount) != (customer.id, 71) {
        return mismatch(&format!("the transaction returned {order:?}"));
    }
    // Looked at by somebody whom no policy binds.
    let written = ground.number(&format!("SELECT count(*) FROM orders WHERE tenant_id = '{id}'")).await?;
    let all = ground.number("SELECT count(*) FROM orders").await?;
    let sums = ground.number("SELECT sum(credit_limit) FROM customers").await?;
    let restore =
        format!("UPDATE customers SET credit_limit = 7 WHERE tenant_id = '{id}' AND id = '{}'", customer.id);
    ground.execute(&restore).await?;
    let before = ground.number("SELECT sum(credit_limit) FROM customers").await?;
    if (written, all, sums) != (102, 102, before + 64) {
        return mismatch(&format!("{written} of {all} orders were written for the tenant; limits {sums}"));
    }
    ground.tidy().await
}

/// What everybody should find.
async fn seventh(ground: &Ground) -> Result<Customer> {
    let id = customer_id(tenant_id(0), 6);
    let credit_limit =
        ground.number(&format!("SELECT credit_limit FROM customers WHERE id = '{id}'")).await?;
    Ok(Customer {
        id,
        name: "Customer 7".to_owned(),
        email: "customer-7@example.com".to_owned(),
        credit_limit: i64::try_from(credit_limit)?,
    })
}
