//! Joins, sub-queries, aggregates and sets of models: they give what diesel's would, of one tenant.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use diesel::dsl::{count, count_star, max, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tenant_db::dsl::{exists, scalar};
use tenant_db::prelude::*;
use tenant_db::query::Direction;
use tenant_db::{Error, ScopedQuery};
use tenant_db_tests::World;
use tenant_db_tests::models::Manager;
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        buyers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            credit_limit -> BigInt,
        }
    }

    diesel::table! {
        invoices (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            customer_id -> Uuid,
            approver_id -> Nullable<Uuid>,
            number -> Integer,
        }
    }

    diesel::table! {
        lines (tenant_id, invoice_id, position) {
            tenant_id -> Uuid,
            invoice_id -> Uuid,
            position -> Integer,
            product_id -> Uuid,
            amount -> BigInt,
        }
    }

    diesel::table! {
        products (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
        }
    }

    diesel::table! {
        employees (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            boss_id -> Nullable<Uuid>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(buyers, invoices, lines, products, employees);
    diesel::allow_columns_to_appear_in_same_group_by_clause!(buyers::id, buyers::name, invoices::number);
}

use schema::{buyers, employees, invoices, lines, products};

const TABLES: &str = "
    CREATE TABLE buyers (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, credit_limit bigint NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE employees (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL, boss_id uuid,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE products (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name text NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE invoices (
        tenant_id uuid NOT NULL, id uuid NOT NULL, customer_id uuid NOT NULL, approver_id uuid, number int NOT NULL,
        PRIMARY KEY (tenant_id, id)
    );
    CREATE TABLE lines (
        tenant_id uuid NOT NULL, invoice_id uuid NOT NULL, position int NOT NULL, product_id uuid NOT NULL,
        amount bigint NOT NULL,
        PRIMARY KEY (tenant_id, invoice_id, position)
    );";

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = employees, references(Employee, boss_id))]
struct Employee {
    id: Uuid,
    name: String,
    boss_id: Option<Uuid>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Employee)]
struct NewEmployee {
    id: Uuid,
    name: String,
    boss_id: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = buyers)]
struct Buyer {
    id: Uuid,
    name: String,
    credit_limit: i64,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Buyer)]
struct NewBuyer {
    id: Uuid,
    name: String,
    credit_limit: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = products)]
struct Product {
    id: Uuid,
    name: String,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Product)]
struct NewProduct {
    id: Uuid,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = invoices, references(Buyer, customer_id), references(Employee, approver_id))]
struct Invoice {
    id: Uuid,
    customer_id: Uuid,
    approver_id: Option<Uuid>,
    number: i32,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Invoice)]
struct NewInvoice {
    id: Uuid,
    customer_id: Uuid,
    approver_id: Option<Uuid>,
    number: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(
    table = lines,
    primary_key(invoice_id, position),
    references(Invoice, invoice_id),
    references(Product, product_id)
)]
struct Line {
    invoice_id: Uuid,
    position: i32,
    product_id: Uuid,
    amount: i64,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Line)]
struct NewLine {
    invoice_id: Uuid,
    position: i32,
    product_id: Uuid,
    amount: i64,
}

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Two tenants with the same keys in every table, so that a join that forgets the tenant finds twice as much. The second
/// one's values are larger.
async fn shop(world: &World, own: bool) -> (TenantDb, TenantContext<Manager>) {
    let db = world.connect().await;
    let context = world.manager();
    let extra = if own { 0 } else { 1_000 };
    let customer = |number: u128, name: &str| NewBuyer {
        id: id(number),
        name: name.to_owned(),
        credit_limit: i64::try_from(number).unwrap() + extra,
    };
    let customers = [customer(1, "ada"), customer(2, "bob"), customer(3, "cyd")];
    db.scoped::<Buyer>(&context).insert_many(customers).await.unwrap();
    let employee = |number, name: &str, boss: Option<u128>| NewEmployee {
        id: id(number),
        name: name.to_owned(),
        boss_id: boss.map(id),
    };
    let employees =
        [employee(10, "root", None), employee(11, "left", Some(10)), employee(12, "right", Some(10))];
    db.scoped::<Employee>(&context).insert_many(employees).await.unwrap();
    let product = |number, name: &str| NewProduct { id: id(number), name: name.to_owned() };
    db.scoped::<Product>(&context).insert_many([product(20, "nut"), product(21, "bolt")]).await.unwrap();
    let invoice = |number: i32, customer, approver: Option<u128>| NewInvoice {
        id: id(100 + u128::try_from(number).unwrap()),
        customer_id: id(customer),
        approver_id: approver.map(id),
        number,
    };
    let invoices = [invoice(1, 1, Some(11)), invoice(2, 1, None), invoice(3, 2, Some(12))];
    db.scoped::<Invoice>(&context).insert_many(invoices).await.unwrap();
    let line = |invoice: u128, position, product, amount: i64| NewLine {
        invoice_id: id(100 + invoice),
        position,
        product_id: id(product),
        amount: amount + extra,
    };
    let lines = [line(1, 1, 20, 5), line(1, 2, 21, 7), line(2, 1, 20, 11), line(3, 1, 21, 13)];
    db.scoped::<Line>(&context).insert_many(lines).await.unwrap();
    (db, context)
}

/// With row-level security, and with the query builder alone.
async fn worlds() -> Vec<(World, &'static str)> {
    let (guarded, alone) = (World::with(TABLES).await, World::with(TABLES).await);
    vec![(guarded, "with row-level security"), (alone, "by the query builder alone")]
}

async fn without_row_security(world: &World, layer: &str) {
    if layer == "by the query builder alone" {
        for table in ["buyers", "employees", "products", "invoices", "lines"] {
            world.execute(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")).await;
        }
    }
}

macro_rules! on_both_layers {
    ($($name:ident |$db:ident, $own:ident| $body:block)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                for (world, layer) in worlds().await {
                    let ($db, $own) = shop(&world, true).await;
                    let _other = shop(&world, false).await;
                    without_row_security(&world, layer).await;
                    let _ = layer;
                    $body
                }
            }
        )+
    };
}

on_both_layers! {
    two_models_are_joined_by_their_reference_in_either_direction |db, own| {
        let found: Vec<(Invoice, Buyer)> =
            db.scoped::<Invoice>(&own).inner_join::<Buyer>().order(invoices::number.asc()).load().await.unwrap();
        let names: Vec<_> = found.iter().map(|(invoice, customer)| (invoice.number, customer.name.as_str())).collect();
        assert_eq!(names, [(1, "ada"), (2, "ada"), (3, "bob")]);
        let found: Vec<(Buyer, Option<Invoice>)> = db
            .scoped::<Buyer>(&own)
            .left_join::<Invoice>()
            .order((buyers::name.asc(), invoices::number.asc()))
            .load()
            .await
            .unwrap();
        let names: Vec<_> =
            found.iter().map(|(customer, invoice)| (customer.name.as_str(), invoice.as_ref().map(|invoice| invoice.number))).collect();
        assert_eq!(names, [("ada", Some(1)), ("ada", Some(2)), ("bob", Some(3)), ("cyd", None)]);
    }

    four_tables_are_joined_in_a_chain |db, own| {
        let found: Vec<(Buyer, Invoice, Line, Product)> = db
            .scoped::<Buyer>(&own)
            .inner_join::<Invoice>()
            .inner_join_from::<Invoice, Line>()
            .inner_join_from::<Line, Product>()
            .filter(products::name.eq("bolt"))
            .order(lines::amount.asc())
            .load()
            .await
            .unwrap();
        let found: Vec<_> = found.iter().map(|(customer, invoice, line, product)| {
            (customer.name.as_str(), invoice.number, line.amount, product.name.as_str())
        }).collect();
        assert_eq!(found, [("ada", 1, 7, "bolt"), ("bob", 3, 13, "bolt")]);
        let five = db
            .scoped::<Buyer>(&own)
            .left_join::<Invoice>()
            .left_join_from::<Invoice, Line>()
            .left_join_from::<Line, Product>()
            .left_join_from::<Invoice, Employee>()
            .order((buyers::name.asc(), lines::amount.asc()))
            .load()
            .await
            .unwrap();
        assert_eq!(five.len(), 5, "four lines, and a customer without an invoice");
        assert!(five[4].1.is_none() && five[4].2.is_none() && five[4].3.is_none() && five[4].4.is_none());
        assert_eq!(five[0].4.as_ref().unwrap().name, "left");
        assert!(five[2].4.is_none(), "nobody approved the second invoice");
    }

    a_table_is_joined_to_itself_under_an_alias |db, own| {
        let bosses = diesel::alias!(employees as bosses);
        let found: Vec<(Employee, Option<Employee>)> = db
            .scoped::<Employee>(&own)
            .query()
            .left_join_as::<Employee, _>(bosses, bosses.field(employees::id).nullable().eq(employees::boss_id))
            .order(employees::name.asc())
            .load()
            .await
            .unwrap();
        let found: Vec<_> =
            found.iter().map(|(one, boss)| (one.name.as_str(), boss.as_ref().map(|boss| boss.name.as_str()))).collect();
        assert_eq!(found, [("left", Some("root")), ("right", Some("root")), ("root", None)]);
        let names: Vec<(String, String)> = db
            .scoped::<Employee>(&own)
            .query()
            .inner_join_as::<Employee, _>(bosses, bosses.field(employees::id).nullable().eq(employees::boss_id))
            .filter(bosses.field(employees::name).eq("root"))
            .order(employees::name.asc())
            .select((employees::name, bosses.field(employees::name)))
            .load()
            .await
            .unwrap();
        assert_eq!(names, [("left".to_owned(), "root".to_owned()), ("right".to_owned(), "root".to_owned())]);
    }

    any_condition_joins |db, own| {
        let pairs = db
            .scoped::<Buyer>(&own)
            .query()
            .inner_join_on::<Product>(buyers::name.lt(products::name))
            .count()
            .await
            .unwrap();
        assert_eq!(pairs, 5, "ada and bob come before both, cyd before the nut");
        // A condition that is always true is still a condition on the tenant's rows.
        let all = db.scoped::<Buyer>(&own).query().left_join_on::<Product>(sql::<Bool>("true OR true"));
        assert_eq!(all.count().await.unwrap(), 6);
    }

    columns_of_joined_tables_are_selected |db, own| {
        let found: Vec<(String, Option<i32>)> = db
            .scoped::<Buyer>(&own)
            .left_join::<Invoice>()
            .order((buyers::name.asc(), invoices::number.asc()))
            .select((buyers::name, invoices::number.nullable()))
            .load()
            .await
            .unwrap();
        assert_eq!(found.len(), 4);
        assert_eq!(found[3], ("cyd".to_owned(), None));
        let distinct: Vec<String> = db
            .scoped::<Buyer>(&own)
            .inner_join::<Invoice>()
            .distinct()
            .order(buyers::name.asc())
            .select(buyers::name)
            .load()
            .await
            .unwrap();
        assert_eq!(distinct, ["ada", "bob"]);
    }

    a_scoped_query_is_a_sub_query |db, own| {
        let (customers, invoices) = (db.scoped::<Buyer>(&own), db.scoped::<Invoice>(&own));
        let name = |rows: Vec<Buyer>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
        let with_invoices =
            customers.filter(buyers::id.eq_any(invoices.select(invoices::customer_id))).order(buyers::name.asc());
        assert_eq!(name(with_invoices.load().await.unwrap()), ["ada", "bob"]);
        let without = customers.filter(buyers::id.ne_all(invoices.select(invoices::customer_id)));
        assert_eq!(name(without.load().await.unwrap()), ["cyd"]);
        let own_invoices = || {
            db.scoped::<Invoice>(&own).query().inside::<Buyer>().filter(invoices::customer_id.eq(buyers::id))
        };
        let with = customers.filter(exists(own_invoices())).order(buyers::name.asc());
        assert_eq!(name(with.load().await.unwrap()), ["ada", "bob"]);
        let none = customers.filter(not(exists(own_invoices())));
        assert_eq!(name(none.load().await.unwrap()), ["cyd"]);
        let last = scalar(own_invoices().select(max(invoices::number)));
        let numbers: Vec<(String, Option<i32>)> =
            customers.order(buyers::name.asc()).select((buyers::name, last)).load().await.unwrap();
        assert_eq!(numbers, [("ada".into(), Some(2)), ("bob".into(), Some(3)), ("cyd".into(), None)]);
        let most = scalar(customers.select(max(buyers::credit_limit)));
        let richest = customers.filter(buyers::credit_limit.nullable().eq(most));
        assert_eq!(name(richest.load().await.unwrap()), ["cyd"]);
    }

    aggregates_are_of_the_tenants_rows |db, own| {
        let (customers, lines) = (db.scoped::<Buyer>(&own), db.scoped::<Line>(&own));
        let all: (i64, Option<i64>, Option<i64>) = customers
            .select((count_star(), max(buyers::credit_limit), diesel::dsl::min(buyers::credit_limit)))
            .first()
            .await
            .unwrap();
        assert_eq!(all, (3, Some(3), Some(1)));
        let nothing: Option<i64> =
            customers.filter(buyers::name.eq("nobody")).select(max(buyers::credit_limit)).first().await.unwrap();
        assert_eq!(nothing, None);
        let invoiced: Vec<(String, i64)> = customers
            .inner_join::<Invoice>()
            .group_by(buyers::name)
            .having(count(invoices::id).gt(1))
            .select((buyers::name, count(invoices::id)))
            .load()
            .await
            .unwrap();
        assert_eq!(invoiced, [("ada".to_owned(), 2)]);
        let left: Vec<(String, i64)> = customers
            .left_join::<Invoice>()
            .group_by((buyers::id, buyers::name))
            .order(buyers::name.asc())
            .select((buyers::name, count(invoices::id.nullable())))
            .load()
            .await
            .unwrap();
        assert_eq!(left, [("ada".to_owned(), 2), ("bob".to_owned(), 1), ("cyd".to_owned(), 0)]);
        let groups = lines.group_by(lines::product_id).select((lines::product_id, count_star()));
        assert_eq!(groups.count().await.unwrap(), 2, "as many as there are groups");
    }

    rows_are_distinct_on_an_expression |db, own| {
        let first: Vec<Invoice> = db
            .scoped::<Invoice>(&own)
            .distinct_on(invoices::customer_id)
            .order((invoices::customer_id.asc(), invoices::number.desc()))
            .load()
            .await
            .unwrap();
        assert_eq!(first.iter().map(|invoice| invoice.number).collect::<Vec<_>>(), [2, 3]);
    }

    windows_see_the_tenants_rows_only |db, own| {
        use diesel::dsl::row_number;
        let found: Vec<(i32, i64, i64)> = db
            .scoped::<Invoice>(&own)
            .order(invoices::number.asc())
            .select((
                invoices::number,
                row_number().partition_by(invoices::customer_id).window_order(invoices::number.desc()),
                count_star().over(),
            ))
            .load()
            .await
            .unwrap();
        assert_eq!(found, [(1, 2, 3), (2, 1, 3), (3, 1, 3)]);
    }

    queries_are_put_together_as_sets |db, own| {
        let customers = db.scoped::<Buyer>(&own);
        let products = db.scoped::<Product>(&own);
        let names: Vec<String> = customers
            .select(buyers::name)
            .union(products.select(products::name))
            .positional_order_by(1, Direction::Ascending)
            .load()
            .await
            .unwrap();
        assert_eq!(names, ["ada", "bob", "bolt", "cyd", "nut"]);
        let joined: Vec<String> = customers
            .inner_join::<Invoice>()
            .select(buyers::name)
            .union_all(customers.select(buyers::name))
            .positional_order_by(1, Direction::Descending)
            .load()
            .await
            .unwrap();
        assert_eq!(joined, ["cyd", "bob", "bob", "ada", "ada", "ada"]);
        let rest: Vec<Buyer> = customers
            .query()
            .except(customers.filter(buyers::name.eq("ada")))
            .positional_order_by(2, Direction::Descending)
            .load()
            .await
            .unwrap();
        assert_eq!(rest.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["cyd", "bob"]);
        let both = customers.filter(buyers::name.ne("ada")).intersect(customers.filter(buyers::name.ne("cyd")));
        assert_eq!(both.count().await.unwrap(), 1);
        let three = customers
            .select(buyers::name)
            .except(customers.filter(buyers::name.eq("bob")).select(buyers::name))
            .union(products.limit(1).order(products::name.asc()).select(products::name))
            .positional_order_by(1, Direction::Ascending)
            .limit(2)
            .offset(1);
        assert_eq!(three.load::<String>().await.unwrap(), ["bolt", "cyd"]);
    }

    children_of_a_page_of_parents_come_in_one_statement |db, own| {
        let page = db.scoped::<Buyer>(&own).order(buyers::name.desc()).limit(2).load().await.unwrap();
        let children =
            db.scoped::<Invoice>(&own).belonging_to(&page).order(invoices::number.asc()).load().await.unwrap();
        let grouped = children.grouped_by(&page);
        assert_eq!(grouped.len(), 2);
        assert!(grouped[0].is_empty(), "cyd has none");
        assert_eq!(grouped[1].iter().map(|invoice| invoice.number).collect::<Vec<_>>(), [3]);
        let root = db.scoped::<Employee>(&own).filter(employees::name.eq("root")).load().await.unwrap();
        let below = db.scoped::<Employee>(&own).belonging_to(&root).load().await.unwrap();
        assert_eq!(below.grouped_by(&root)[0].len(), 2, "a table may refer to itself");
    }

    raw_fragments_stand_in_joins |db, own| {
        let lines = db
            .scoped::<Invoice>(&own)
            .inner_join::<Line>()
            .filter(sql::<Bool>("lines.amount > 6 OR false"))
            .select(lines::amount)
            .load::<i64>()
            .await
            .unwrap();
        assert_eq!(lines.len(), 3);
    }
}

#[tokio::test]
async fn a_sub_query_of_another_tenant_is_refused() {
    let world = World::with(TABLES).await;
    let (db, own) = shop(&world, true).await;
    let (_, other) = shop(&world, false).await;
    let foreign = db.scoped::<Invoice>(&other).select(invoices::customer_id);
    let refused = db.scoped::<Buyer>(&own).filter(buyers::id.eq_any(foreign)).load().await;
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
    let foreign = db.scoped::<Invoice>(&other).filter(invoices::number.gt(0));
    let refused = db.scoped::<Buyer>(&own).filter(not(exists(foreign))).count().await;
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
    let foreign = db.scoped::<Buyer>(&other).select(buyers::name);
    let refused = db.scoped::<Buyer>(&own).select(buyers::name).union(foreign).load::<String>().await;
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
    // Two levels down as well.
    let foreign = db.scoped::<Line>(&other).select(lines::invoice_id);
    let between =
        db.scoped::<Invoice>(&own).filter(invoices::id.eq_any(foreign)).select(invoices::customer_id);
    let refused = db.scoped::<Buyer>(&own).filter(buyers::id.eq_any(between)).load().await;
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
}

#[tokio::test]
async fn rows_of_a_join_are_locked_in_its_first_table() {
    let world = World::with(TABLES).await;
    let (db, own) = shop(&world, true).await;
    let tx = db.begin(&own).await.unwrap();
    let locked = tx.scoped::<Buyer>().left_join::<Invoice>().for_update().load().await.unwrap();
    assert_eq!(locked.len(), 4);
    let other = db.begin(&own).await.unwrap();
    let free = other.scoped::<Buyer>().for_update().skip_locked().load().await.unwrap();
    assert!(free.is_empty());
    let invoices = other.scoped::<Invoice>().for_update().skip_locked().load().await.unwrap();
    assert_eq!(invoices.len(), 3, "what is joined is not locked");
}

#[tokio::test]
async fn a_foreign_row_that_got_into_a_join_an_aggregate_or_a_set_is_an_error() {
    let world = World::with(TABLES).await;
    let (db, own) = shop(&world, true).await;
    let (_, other) = shop(&world, false).await;
    // A table that says "yours" to the predicate, and somebody else's to whoever reads it: first one, then the other.
    let lie = |table: &str, columns: &str| {
        format!(
            "ALTER TABLE {table} RENAME TO true_{table};
             CREATE VIEW {table} AS SELECT lie(tenant_id) AS tenant_id, {columns} FROM true_{table}
             WHERE tenant_id = '{}';
             GRANT SELECT ON {table} TO PUBLIC;",
            other.tenant()
        )
    };
    world
        .execute(&format!(
            "CREATE SEQUENCE questions;
             CREATE FUNCTION lie(owner uuid) RETURNS uuid IMMUTABLE LANGUAGE plpgsql SECURITY DEFINER AS $$
                 BEGIN
                     RETURN CASE nextval('questions') % 2 WHEN 1 THEN '{}'::uuid ELSE owner END;
                 END $$;
             {}",
            own.tenant(),
            lie("buyers", "id, name, credit_limit"),
        ))
        .await;
    macro_rules! foreign {
        ($what:literal, |$tx:ident| $query:expr) => {{
            world.execute("ALTER SEQUENCE questions RESTART").await;
            // In transactions, because such a function may not do what it does where everything is only read.
            let $tx = db.begin(&own).await.unwrap();
            let answer = $query.await;
            assert!(matches!(answer, Err(Error::ForeignRow { .. })), concat!($what, ": {:?}"), answer);
            $tx.rollback().await;
        }};
    }
    fn one<'t>(tx: &'t Transaction<Manager>) -> ScopedQuery<'t, Buyer, Manager> {
        tx.scoped::<Buyer>().filter(buyers::name.eq("ada"))
    }
    foreign!("whole rows", |tx| one(&tx).load());
    foreign!("a selection", |tx| one(&tx).select(buyers::name).load::<String>());
    foreign!("an aggregate", |tx| one(&tx).select(count_star()).load::<i64>());
    foreign!("groups", |tx| one(&tx)
        .group_by(buyers::name)
        .select((buyers::name, count_star()))
        .load::<(String, i64)>());
    foreign!("a set", |tx| one(&tx)
        .select(buyers::name)
        .union_all(tx.scoped::<Product>().select(products::name))
        .load::<String>());
    // By a condition, because a declared reference asks once more whose the row is.
    foreign!("what is joined", |tx| tx
        .scoped::<Invoice>()
        .query()
        .inner_join_on::<Buyer>(buyers::id.eq(invoices::customer_id))
        .filter(invoices::number.eq(3))
        .load());
    foreign!("what is left-joined", |tx| tx
        .scoped::<Invoice>()
        .left_join::<Buyer>()
        .filter(invoices::number.eq(3))
        .select((invoices::number, buyers::name.nullable()))
        .load::<(i32, Option<String>)>());
}

#[tokio::test]
async fn what_stands_before_rows_for_their_tenants_does_not_change_them() {
    let world = World::with(TABLES).await;
    let (db, own) = shop(&world, true).await;
    // One with an invoice and one without: the same limit, once.
    world.execute("UPDATE buyers SET credit_limit = 7").await;
    let limits = db.scoped::<Buyer>(&own).left_join::<Invoice>().select(buyers::credit_limit).distinct();
    assert_eq!(limits.load::<i64>().await.unwrap(), [7]);
    let limits = db.scoped::<Buyer>(&own).left_join::<Invoice>().select(buyers::credit_limit).distinct();
    assert_eq!(limits.count().await.unwrap(), 1);
    // An aggregate of rows, and one of none.
    let all = || db.scoped::<Buyer>(&own).select(count(buyers::id)).filter(buyers::name.eq("nobody"));
    let none = || db.scoped::<Product>(&own).select(count(products::id)).filter(products::name.eq("nothing"));
    let one = || db.scoped::<Buyer>(&own).filter(buyers::name.eq("ada")).select(count(buyers::id));
    assert_eq!(all().union(none()).load::<i64>().await.unwrap(), [0]);
    assert_eq!(
        one().union(none()).positional_order_by(1, Direction::Ascending).load::<i64>().await.unwrap(),
        [0, 1]
    );
    assert_eq!(one().intersect(one()).load::<i64>().await.unwrap(), [1]);
}

#[tokio::test]
async fn an_expired_context_reads_by_no_part_of_a_query() {
    let world = World::with(TABLES).await;
    let (db, own) = shop(&world, true).await;
    let identity = tenant_db::Identity::new(*own.tenant(), "late")
        .with_role("manager")
        .expiring_at(std::time::SystemTime::now() + std::time::Duration::from_millis(1_500));
    let short =
        tenant_db::danger::context("a test has no users", identity).unwrap().as_role::<Manager>().unwrap();
    let names =
        || db.scoped::<Buyer>(&own).filter(exists(db.scoped::<Buyer>(&short).filter(buyers::name.eq("ada"))));
    assert_eq!(names().count().await.unwrap(), 3);
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    let refused = names().count().await;
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{refused:?}");
    let set = db.scoped::<Buyer>(&own).query().union(db.scoped::<Buyer>(&short).query()).load().await;
    assert!(matches!(set, Err(Error::InvalidQuery { .. })), "{set:?}");
}
