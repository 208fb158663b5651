//! The daily work of a tenant: create, read, update, delete.

use diesel::prelude::*;
use tenant_db::prelude::*;

use crate::models::{Customer, CustomerChanges, Manager, NewCustomer};
use crate::schema::customers;
use crate::terminal::step;

/// Leaves two customers behind. Both tenants use the same e-mail addresses, which is nobody else's business.
pub(crate) async fn create_read_update_delete(
    db: &TenantDb,
    name: &str,
    context: &TenantContext<Manager>,
) -> tenant_db::Result<()> {
    let repository = db.scoped::<Customer>(context);

    let new = NewCustomer { name: "Lovelace Ltd", email: "billing@lovelace.example", credit_limit: 20_000 };
    let lovelace = repository.insert(new).await?;
    let more = repository
        .insert_many([
            NewCustomer { name: "Hopper Inc", email: "ap@hopper.example", credit_limit: 5_000 },
            NewCustomer { name: "Turing & Co", email: "office@turing.example", credit_limit: 500 },
        ])
        .await?;
    step(&format!("{name} creates"), format!("{} and {} more", lovelace.name, more.len()));

    let found = repository.find(lovelace.id).await?;
    let rich = repository
        .filter(customers::credit_limit.gt(1_000))
        .order(customers::name.asc())
        .select(customers::name)
        .load::<String>()
        .await?;
    step(&format!("{name} reads"), format!("{}; limits above 1,000: {}", found.name, rich.join(", ")));

    // Several statements that belong together: all of them, or none.
    let updated = db
        .transaction(context, async |tx| {
            let customers = tx.scoped::<Customer>();
            let current = customers.filter(customers::id.eq(lovelace.id)).for_update().first().await?;
            let limit = Some(current.credit_limit + 5_000);
            let changes = CustomerChanges { credit_limit: limit, ..Default::default() };
            customers.update(current.id, changes).await
        })
        .await?;
    let renamed = CustomerChanges { name: Some("Lovelace & Daughters"), ..Default::default() };
    let renamed = repository.update(updated.id, renamed).await?;
    step(&format!("{name} updates"), format!("{}: limit {}", renamed.name, renamed.credit_limit));

    repository.delete(more[1].id).await?;
    let left = repository.count().await?;
    step(&format!("{name} deletes"), format!("{}; {left} customers are left", more[1].name));
    Ok(())
}
