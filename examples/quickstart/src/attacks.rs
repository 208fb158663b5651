//! Every way across that a bug or an attacker could try.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use tenant_db::prelude::*;
use tenant_db::{Result, danger};

use crate::models::{Customer, CustomerChanges, Manager};
use crate::schema::customers;
use crate::terminal::{remark, stopped};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What the attacker got: an error, or a number of foreign rows.
fn answer<T>(outcome: Result<T>, seen: impl FnOnce(T) -> String) -> String {
    match outcome {
        Ok(value) => seen(value),
        Err(error) => format!("error: {error}"),
    }
}

/// Acme tries to read, change, take over and add to what Globex has.
pub(crate) async fn run(
    db: &TenantDb,
    acme: &TenantContext<Manager>,
    globex: &TenantContext<Manager>,
) -> Result<()> {
    let target = db.scoped::<Customer>(globex).order(customers::name.asc()).first().await?;
    let own = db.scoped::<Customer>(acme);

    let found = own.find(target.id).await;
    stopped(
        "by id",
        "customers.find(<the id of a customer of Globex>)",
        "the query builder: the tenant is part of every WHERE. The same answer as for an id that nobody has",
        answer(found, |row| row.name),
    );

    let widened = diesel::dsl::sql::<Bool>("1 = 1 OR 1 = 1");
    let rows = own.filter(customers::id.eq(target.id)).or_filter(widened).load().await;
    stopped(
        "by filter",
        "customers.filter(id.eq(…)).or_filter(sql(\"1 = 1 OR 1 = 1\")).load()",
        "the query builder: the tenant predicate stands outside of every OR",
        answer(rows, |rows| {
            let foreign = rows.iter().filter(|row| row.id == target.id).count();
            format!("{} customers of Acme's own, {foreign} of Globex", rows.len())
        }),
    );

    let changes = CustomerChanges { credit_limit: Some(0), ..Default::default() };
    let updated = own.update(target.id, changes).await;
    stopped(
        "by update",
        "customers.update(<the id of a customer of Globex>, …)",
        "the query builder, and the policy for UPDATE behind it",
        answer(updated, |row| row.name),
    );

    let upsert = format!(
        "INSERT INTO customers (tenant_id, id, name, email) VALUES ('{}', '{}', 'x', 'x@x.example') \
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'stolen'",
        globex.tenant(),
        target.id
    );
    stopped(
        "by upsert",
        "INSERT … VALUES (<Globex>, <its customer>) ON CONFLICT (tenant_id, id) DO UPDATE …",
        "row-level security: the policies' WITH CHECK",
        answer(raw(db, acme, &upsert).await, |rows| format!("{rows} rows changed")),
    );

    let injected = format!(
        "SELECT count(*) AS n FROM customers WHERE name = '' OR \
         set_config('app.current_tenant', '{}', true) IS NOT NULL",
        globex.tenant()
    );
    let tx = db.begin(acme).await?;
    let query = diesel::sql_query(injected);
    let counted = danger::sql(&tx, "the demo injects SQL", query).load::<Count>().await;
    drop(tx);
    stopped(
        "by SQL injection",
        "… WHERE name = '' OR set_config('app.current_tenant', <Globex>, true) IS NOT NULL",
        "the database: the base migration took set_config from everybody who serves requests",
        answer(counted, |rows| format!("{} rows", rows.iter().map(|row| row.n).sum::<i64>())),
    );

    let switched = raw(db, acme, &format!("SET LOCAL app.current_tenant = '{}'", globex.tenant())).await;
    stopped(
        "by switching the session",
        "SET LOCAL app.current_tenant = <Globex>",
        "danger::sql: it sends statements on rows and nothing else, one at a time",
        answer(switched, |_| "switched".to_owned()),
    );

    let forged = format!(
        "INSERT INTO customers (tenant_id, id, name, email) \
         VALUES ('{}', gen_random_uuid(), 'forged', 'f@f.example')",
        globex.tenant()
    );
    stopped(
        "by a forged tenant column",
        "INSERT INTO customers (tenant_id, …) VALUES (<Globex>, …)",
        "row-level security: the policy for INSERT",
        answer(raw(db, acme, &forged).await, |rows| format!("{rows} rows inserted")),
    );

    let donated = format!("UPDATE customers SET tenant_id = '{}'", globex.tenant());
    stopped(
        "by giving rows away",
        "UPDATE customers SET tenant_id = <Globex>",
        "the trigger that guards the tenant column, and WITH CHECK behind it",
        answer(raw(db, acme, &donated).await, |rows| format!("{rows} rows moved")),
    );

    let nothing_set = raw(db, acme, "SELECT count(*) FROM customers WHERE tenant_id <> tenant_db.tenant_uuid()").await;
    stopped(
        "by raw SQL without any predicate on the tenant",
        "SELECT count(*) FROM customers WHERE tenant_id <> <Acme>",
        "row-level security: rows of others do not exist for this session",
        answer(nothing_set, |_| "0 rows".to_owned()),
    );
    Ok(())
}

/// A statement written by hand, in a transaction of its own, in Acme's context.
async fn raw(db: &TenantDb, context: &TenantContext<Manager>, statement: &str) -> Result<usize> {
    let tx = db.begin(context).await?;
    danger::sql(&tx, "the demo attacks itself", diesel::sql_query(statement)).execute().await
}

/// Attempts that end before there is a program.
pub(crate) fn refused_by_the_compiler() {
    for (attempt, code, message) in [
        ("a query without a context", "db.scoped::<Customer>()", "this method takes 1 argument but 0 arguments were supplied"),
        (
            "an insert that names the tenant",
            "#[derive(TenantInsert)] struct NewCustomer { tenant_id: Uuid, … }",
            "`NewCustomer` names the tenant column `tenant_id`: remove the field, the tenant of the context is added",
        ),
        (
            "a role that may not",
            "db.scoped::<Customer>(&viewer).delete(id)",
            "role `Viewer` does not grant `WriteCustomers`",
        ),
        (
            "a context out of thin air",
            "TenantContext { tenant, .. }",
            "cannot construct `TenantContext` with struct literal syntax due to private fields",
        ),
    ] {
        stopped(attempt, code, "the compiler", message);
    }
    remark("Each of these is a test: tests/ui/*/fail holds the programs and the whole messages.");
}
