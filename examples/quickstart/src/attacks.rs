//! Every way across that a bug or an attacker could try.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use tenant_db::prelude::*;
use tenant_db::{Result, danger};

use crate::models::{Customer, CustomerChanges, Manager};
use crate::schema::customers;
use crate::terminal::{Outcome, attempt};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Acme, who attacks, and Globex, who is attacked.
pub(crate) struct Attack<'a> {
    pub(crate) db: &'a TenantDb,
    pub(crate) acme: &'a TenantContext<Manager>,
    pub(crate) globex: &'a TenantContext<Manager>,
    pub(crate) target: Customer,
    pub(crate) leaks: usize,
}

impl<'a> Attack<'a> {
    pub(crate) async fn new(
        db: &'a TenantDb,
        acme: &'a TenantContext<Manager>,
        globex: &'a TenantContext<Manager>,
    ) -> Result<Self> {
        let target = db.scoped::<Customer>(globex).order(customers::name.asc()).first().await?;
        Ok(Self { db, acme, globex, target, leaks: 0 })
    }

    fn tell(&mut self, name: &str, code: &str, outcome: &Outcome, layer: &str) {
        self.leaks += usize::from(outcome.is_leak());
        attempt(name, code, outcome, layer);
    }

    /// Through the repository.
    pub(crate) async fn by_the_builder(&mut self) -> Result<()> {
        let own = self.db.scoped::<Customer>(self.acme);
        let id = self.target.id;

        let found = own.find(id).await;
        self.tell(
            "by id",
            "customers.find(<the id of a customer of Globex>)",
            &Outcome::of(found, |_| 1, |row| row.name.clone()),
            "layer 2, the query builder: every WHERE has the tenant. An id that nobody has gets the same answer",
        );

        let anything = diesel::dsl::sql::<Bool>("1 = 1 OR 1 = 1");
        let rows = own.filter(customers::id.eq(id)).or_filter(anything).load().await;
        let foreign = |rows: &Vec<Customer>| rows.iter().filter(|row| row.id == id).count();
        self.tell(
            "by filter",
            "customers.filter(id.eq(…)).or_filter(sql(\"1 = 1 OR 1 = 1\")).load()",
            &Outcome::of(rows, foreign, |rows| format!("{} customers, all of them Acme's own", rows.len())),
            "layer 2, the query builder: the tenant predicate stands outside of every OR",
        );

        let changes = CustomerChanges { credit_limit: Some(0), ..Default::default() };
        let updated = own.update(id, changes).await;
        self.tell(
            "by update",
            "customers.update(<the id of a customer of Globex>, …)",
            &Outcome::of(updated, |_| 1, |row| row.name.clone()),
            "layer 2, the query builder, and the policy for UPDATE behind it",
        );
        Ok(())
    }

    /// Through SQL written by hand, in Acme's context.
    pub(crate) async fn by_raw_sql(&mut self) -> Result<()> {
        let (globex, id) = (self.globex.tenant(), self.target.id);

        let everything = "SELECT count(*) AS n FROM customers WHERE tenant_id <> tenant_db.tenant_uuid()";
        let counted = self.count(everything).await;
        self.tell(
            "by raw SQL",
            "SELECT count(*) FROM customers WHERE tenant_id <> <Acme>",
            &Outcome::of(counted, |n| *n, |n| format!("{n} rows")),
            "layer 4, row-level security: the rows of others do not exist for this session",
        );

        let upsert = format!(
            "INSERT INTO customers (tenant_id, id, name, email) VALUES ('{globex}', '{id}', 'x', 'x@x.example') \
             ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'stolen'"
        );
        self.write(
            "by upsert",
            "INSERT … VALUES (<Globex>, <its customer>) ON CONFLICT (tenant_id, id) DO UPDATE …",
            &upsert,
            "layer 4, row-level security: WITH CHECK",
        )
        .await;

        let injected = format!(
            "SELECT count(*) AS n FROM customers WHERE name = '' OR \
             set_config('app.current_tenant', '{globex}', true) IS NOT NULL"
        );
        let counted = self.count(&injected).await;
        self.tell(
            "by SQL injection",
            "… WHERE name = '' OR set_config('app.current_tenant', <Globex>, true) IS NOT NULL",
            &Outcome::of(counted, |n| *n, |n| format!("{n} rows")),
            "layer 4, privileges: the base migration took set_config from everybody who serves requests",
        );

        self.write(
            "by switching the session",
            "SET LOCAL app.current_tenant = <Globex>",
            &format!("SET LOCAL app.current_tenant = '{globex}'"),
            "layer 3, the session: danger::sql sends statements on rows, one at a time, and nothing else",
        )
        .await;

        let forged = format!(
            "INSERT INTO customers (tenant_id, id, name, email) \
             VALUES ('{globex}', gen_random_uuid(), 'forged', 'forged@x.example')"
        );
        self.write(
            "by a forged tenant column",
            "INSERT INTO customers (tenant_id, …) VALUES (<Globex>, …)",
            &forged,
            "layer 4, row-level security: the policy for INSERT",
        )
        .await;

        self.write(
            "by giving rows away",
            "UPDATE customers SET tenant_id = <Globex>",
            &format!("UPDATE customers SET tenant_id = '{globex}'"),
            "layer 4, the trigger on the tenant column, and WITH CHECK behind it",
        )
        .await;
        Ok(())
    }

    async fn count(&self, statement: &str) -> Result<usize> {
        let tx = self.db.begin(self.acme).await?;
        let query = statement;
        let rows: Vec<Count> = danger::sql(&tx, "the demo attacks itself", query).load().await?;
        Ok(rows.iter().map(|row| usize::try_from(row.n).unwrap_or(usize::MAX)).sum())
    }

    async fn write(&mut self, name: &str, code: &str, statement: &str, layer: &str) {
        let written = async {
            let tx = self.db.begin(self.acme).await?;
            let query = statement;
            let rows = danger::sql(&tx, "the demo attacks itself", query).execute().await?;
            tx.commit().await.map(|()| rows)
        };
        let outcome = Outcome::of(written.await, |_| 1, |rows| format!("{rows} rows written"));
        self.tell(name, code, &outcome, layer);
    }
}

/// Attempts that end before there is a program. The messages are those that the test suite holds the compiler to.
pub(crate) fn refused_by_the_compiler() {
    for (name, code, message) in [
        (
            "a query without a context",
            "db.scoped::<Customer>().load()",
            include_str!("../../../tests/ui/context/fail/a_query_needs_a_context.stderr"),
        ),
        (
            "a context out of thin air",
            "TenantContext {}",
            include_str!("../../../tests/ui/context/fail/a_context_is_not_written_as_a_literal.stderr"),
        ),
        (
            "a role that may not",
            "db.scoped::<Customer>(&viewer).insert(…)",
            include_str!("../../../tests/ui/roles/fail/inserting_needs_the_permission_to_write.stderr"),
        ),
        (
            "an insert that names the tenant",
            "#[derive(TenantInsert)] struct Forged { tenant_id: Uuid, … }",
            include_str!("../../../tests/ui/writes/fail/an_insert_does_not_name_the_tenant.stderr"),
        ),
        (
            "a connection behind the library's back",
            "db.get().await",
            include_str!("../../../tests/ui/connections/fail/the_pool_has_no_connection_to_give.stderr"),
        ),
    ] {
        let first = message.lines().find(|line| line.starts_with("error")).unwrap_or(message);
        let text = first.replace("evaluation panicked: ", "").replace("tenant_db_tests::models::", "");
        attempt(name, code, &Outcome::Refused(text), "layer 1, the compiler");
    }
}
