//! The statements of every verb and of every shape of join, as they are sent, in `golden/*.sql`: one look shows that each
//! tenant table has its predicate, and so does [`without_predicate`].
//!
//! `UPDATE_EXPECT=1 cargo test -p tenant-db-tests --test golden_sql` writes the files, which a person then reads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

#[allow(dead_code, reason = "nobody looks at the rows")]
mod models;
mod text;

use std::fmt::Write as _;

use diesel::dsl::{count, count_star, max, not, row_number, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use expect_test::expect_file;
use models::*;
use tenant_db::dsl::{excluded, exists, scalar};
use tenant_db::prelude::*;
use tenant_db::query::Direction;
use tenant_db_tests::{Tap, World};
use text::{laid_out, without_predicate};
use uuid::Uuid;

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);

/// What is sent for each expression. Those that do not find their rows are errors as they should be.
macro_rules! sent {
    (|$db:ident, $own:ident| $($work:expr;)+) => {{
        let golden = Golden::new().await;
        let ($db, $own) = (&golden.db, &golden.own);
        let mut text = String::new();
        $(
            let outcome = $work.await;
            golden.record(&mut text, stringify!($work), outcome.as_ref().err());
        )+
        text
    }};
}

struct Golden {
    db: TenantDb,
    own: TenantContext<AnyRole, Uuid>,
    tap: Tap,
    _world: World,
}

impl Golden {
    async fn new() -> Self {
        let world = World::with(TABLES).await;
        let tap = Tap::start(&world.runtime_url()).await;
        // Without names every statement is sent each time.
        let builder = TenantDb::builder(tap.url()).database(world.config().clone()).pool_size(1);
        let db = builder.prepared_statements(false).connect().await.unwrap();
        let own = world.plain_context(Uuid::now_v7());
        db.scoped::<Buyer>(&own).insert(NewBuyer { id: ONE, name: "ada", credit: 1 }).await.unwrap();
        db.scoped::<Invoice>(&own).insert(NewInvoice { id: ONE, buyer_id: ONE, number: 1 }).await.unwrap();
        db.scoped::<Document>(&own).insert(NewDocument { id: ONE, title: "plan" }).await.unwrap();
        db.scoped::<User>(&own).insert(NewUser { id: ONE, login: "ada" }).await.unwrap();
        let credential = NewCredential { id: ONE, user_id: ONE, label: "key" };
        db.scoped::<Credential>(&own).insert(credential).await.unwrap();
        let _ = tap.statements();
        Self { db, own, tap, _world: world }
    }

    fn record(&self, text: &mut String, work: &str, error: Option<&tenant_db::Error>) {
        assert!(
            error.is_none_or(|error| matches!(error, tenant_db::Error::NotFound { .. })),
            "{work}: {error:?}"
        );
        let work = work.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(text, "-- {work}").unwrap();
        let mut any = false;
        // A statement without a name is parsed twice: to be described, and to be run.
        let mut statements = self.tap.statements();
        statements.dedup();
        for statement in statements {
            if !["SELECT", "INSERT", "UPDATE", "DELETE", "(", "WITH"]
                .iter()
                .any(|word| statement.starts_with(word))
            {
                continue;
            }
            let missing = without_predicate(&statement);
            assert!(missing.is_empty(), "{work}: no predicate on {missing:?} in {statement}");
            writeln!(text, "{};", laid_out(&statement)).unwrap();
            any = true;
        }
        assert!(any, "{work} sent nothing");
        text.push('\n');
    }
}

#[test]
fn a_table_without_its_predicate_is_noticed() {
    for (statement, missing) in [
        ("SELECT * FROM \"buyers\" WHERE \"buyers\".\"id\" = $1", "buyers"),
        ("SELECT 1 FROM \"buyers\" AS \"b\" WHERE \"buyers\".\"tenant_id\" = $1", "b"),
        (
            "SELECT 1 FROM \"buyers\" INNER JOIN \"invoices\" ON (true) WHERE \"buyers\".\"tenant_id\" = $1",
            "invoices",
        ),
        (
            "SELECT 1 FROM \"buyers\" WHERE \"buyers\".\"tenant_id\" = $1 AND EXISTS (SELECT 1 FROM \"invoices\")",
            "invoices",
        ),
        ("SELECT 1 FROM \"credentials\" WHERE \"credentials\".\"id\" = $1", "credentials"),
        (
            "DELETE FROM \"credentials\" WHERE EXISTS (SELECT 1 FROM \"users\" AS \"tenant_parent_1\" WHERE \
             \"tenant_parent_1\".\"id\" = \"credentials\".\"user_id\" AND TRUE)",
            "tenant_parent_1",
        ),
        ("SELECT (\"buyers\".\"tenant_id\" = $1) FROM \"buyers\" WHERE true", "buyers"),
        ("INSERT INTO \"buyers\" (\"id\") VALUES ($1)", "buyers"),
        ("UPDATE \"buyers\" SET \"name\" = $1", "buyers"),
        (
            "INSERT INTO \"buyers\" (\"tenant_id\", \"id\") VALUES ($1, $2) ON CONFLICT (\"tenant_id\", \"id\") DO \
             UPDATE SET \"name\" = $3 WHERE true",
            "buyers",
        ),
    ] {
        assert_eq!(without_predicate(statement), [missing], "{statement}");
    }
}

#[tokio::test]
async fn reading() {
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).find(ONE);
        db.scoped::<Buyer>(own).find_many([ONE, TWO]);
        db.scoped::<Buyer>(own).load();
        db.scoped::<Buyer>(own).first();
        db.scoped::<Buyer>(own).count();
        db.scoped::<Buyer>(own).exists();
        db.scoped::<Buyer>(own).filter(buyers::name.eq("ada").and(buyers::credit.gt(1))).or_filter(buyers::credit.lt(0)).load();
        db.scoped::<Buyer>(own).filter(sql::<Bool>("credit > 1 OR true")).load();
        db.scoped::<Buyer>(own).order(buyers::name.asc()).then_order_by(buyers::id.desc()).limit(5).offset(1).load();
        db.scoped::<Buyer>(own).order(buyers::name.asc()).limit(5).count();
        db.scoped::<Buyer>(own).distinct().load();
        db.scoped::<Buyer>(own).distinct_on(buyers::name).order((buyers::name.asc(), buyers::credit.desc())).load();
        db.scoped::<Buyer>(own).select((buyers::name, buyers::credit)).load::<(String, i32)>();
        db.scoped::<Buyer>(own).distinct().select(buyers::name).count();
        db.scoped::<Buyer>(own).for_update().load();
        db.scoped::<Buyer>(own).limit(1).for_update().skip_locked().load();
        db.scoped::<Document>(own).load();
        db.scoped::<Document>(own).with_deleted().load();
        db.scoped::<Document>(own).filter(documents::title.eq("plan")).or_filter(documents::version.gt(1)).count();
    };
    expect_file!["../../golden/reading.sql"].assert_eq(&text);
}

#[tokio::test]
async fn joins() {
    let others = diesel::alias!(buyers as others);
    let text = sent! { |db, own|
        db.scoped::<Invoice>(own).inner_join::<Buyer>().load();
        db.scoped::<Buyer>(own).left_join::<Invoice>().load();
        db.scoped::<Buyer>(own).left_join::<Invoice>().filter(invoices::number.gt(1)).or_filter(buyers::credit.gt(1)).order(invoices::number.asc()).limit(5).load();
        db.scoped::<Buyer>(own).left_join::<Invoice>().count();
        db.scoped::<Buyer>(own).left_join::<Invoice>().select((buyers::name, invoices::number.nullable())).load::<(String, Option<i32>)>();
        db.scoped::<Buyer>(own).left_join::<Invoice>().for_update().load();
        db.scoped::<Buyer>(own).inner_join::<Invoice>().inner_join_on::<Document>(documents::title.eq(buyers::name)).left_join_on::<User>(users::login.eq(buyers::name)).load();
        db.scoped::<Buyer>(own).query().inner_join_on::<Invoice>(sql::<Bool>("true OR true")).load();
        db.scoped::<Buyer>(own).query().inner_join_as::<Buyer, _>(others, others.field(buyers::credit).gt(buyers::credit)).load();
        db.scoped::<Buyer>(own).query().left_join_as::<Buyer, _>(others, others.field(buyers::id).ne(buyers::id)).select((buyers::name, others.field(buyers::name).nullable())).load::<(String, Option<String>)>();
        db.scoped::<Document>(own).query().left_join_on::<Buyer>(buyers::name.eq(documents::title)).load();
        db.scoped::<Buyer>(own).query().left_join_on::<Document>(buyers::name.eq(documents::title)).load();
        db.scoped::<Buyer>(own).query().left_join_on::<Document>(buyers::name.eq(documents::title)).with_deleted().load();
    };
    expect_file!["../../golden/joins.sql"].assert_eq(&text);
}

#[tokio::test]
async fn children_of_parents() {
    let parents = [Buyer { id: ONE, name: String::new(), credit: 1, country: None }];
    let owners = [User { id: ONE, login: String::new() }];
    let text = sent! { |db, own|
        db.scoped::<Invoice>(own).belonging_to(&parents).load();
        db.scoped::<Credential>(own).belonging_to(&owners).load();
        db.scoped::<Credential>(own).find(ONE);
        db.scoped::<Credential>(own).filter(credentials::label.eq("key")).or_filter(credentials::label.eq("lock")).load();
        db.scoped::<Credential>(own).select(credentials::label).load::<String>();
        db.scoped::<Credential>(own).select(count_star()).first::<i64>();
        db.scoped::<Credential>(own).inner_join::<User>().load();
        db.scoped::<User>(own).left_join::<Credential>().load();
        db.scoped::<User>(own).left_join::<Credential>().select((users::login, credentials::label.nullable())).load::<(String, Option<String>)>();
        db.scoped::<Challenge>(own).load();
        db.scoped::<Challenge>(own).select(challenges::answer).load::<i32>();
        db.scoped::<Challenge>(own).inner_join::<Credential>().inner_join_from::<Credential, User>().load();
        db.scoped::<Credential>(own).insert(NewCredential { id: TWO, user_id: ONE, label: "lock" });
        db.scoped::<Credential>(own).update(TWO, credentials::label.eq("door"));
        db.scoped::<Challenge>(own).filter(challenges::answer.gt(1)).update(challenges::answer.eq(challenges::answer + 1));
        db.scoped::<Challenge>(own).delete(ONE);
        db.scoped::<Credential>(own).delete(TWO);
    };
    expect_file!["../../golden/children.sql"].assert_eq(&text);
}

#[tokio::test]
async fn sub_queries() {
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).filter(buyers::id.eq_any(db.scoped::<Invoice>(own).select(invoices::buyer_id))).load();
        db.scoped::<Buyer>(own).filter(buyers::id.ne_all(db.scoped::<Invoice>(own).filter(invoices::number.gt(1)).select(invoices::buyer_id))).load();
        db.scoped::<Buyer>(own).filter(exists(db.scoped::<Invoice>(own).query())).load();
        db.scoped::<Buyer>(own).filter(not(exists(db.scoped::<Invoice>(own).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id))))).load();
        db.scoped::<Buyer>(own).filter(buyers::credit.nullable().eq(scalar(db.scoped::<Invoice>(own).select(max(invoices::number))))).load();
        db.scoped::<Buyer>(own).select((buyers::name, scalar(db.scoped::<Invoice>(own).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id)).select(max(invoices::number))))).load::<(String, Option<i32>)>();
        db.scoped::<Buyer>(own).filter(buyers::name.eq_any(db.scoped::<User>(own).filter(users::id.eq_any(db.scoped::<Credential>(own).select(credentials::user_id))).select(users::login))).count();
        db.scoped::<Buyer>(own).filter(exists(db.scoped::<User>(own).left_join::<Credential>())).load();
        db.scoped::<Buyer>(own).filter(exists(db.scoped::<Document>(own).query())).exists();
    };
    expect_file!["../../golden/sub_queries.sql"].assert_eq(&text);
}

#[tokio::test]
async fn aggregates() {
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).select((count_star(), max(buyers::credit))).first::<(i64, Option<i32>)>();
        db.scoped::<Buyer>(own).left_join::<Invoice>().select(count(invoices::id.nullable())).first::<i64>();
        db.scoped::<Invoice>(own).group_by(invoices::buyer_id).having(count_star().gt(1)).select((invoices::buyer_id, count_star())).load::<(Uuid, i64)>();
        db.scoped::<Buyer>(own).left_join::<Invoice>().group_by((buyers::id, buyers::name)).having(count(invoices::id.nullable()).lt(2)).order(buyers::name.asc()).select((buyers::name, count(invoices::id.nullable()))).load::<(String, i64)>();
        db.scoped::<Invoice>(own).group_by(invoices::buyer_id).select((invoices::buyer_id, count_star())).count();
        db.scoped::<Invoice>(own).select((invoices::number, row_number().partition_by(invoices::buyer_id).window_order(invoices::number))).load::<(i32, i64)>();
    };
    expect_file!["../../golden/aggregates.sql"].assert_eq(&text);
}

#[tokio::test]
async fn sets() {
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).filter(buyers::credit.gt(1)).union(db.scoped::<Buyer>(own).filter(buyers::name.eq("ada"))).load();
        db.scoped::<Buyer>(own).select(buyers::name).union_all(db.scoped::<Document>(own).select(documents::title)).positional_order_by(1, Direction::Ascending).limit(5).offset(1).load::<String>();
        db.scoped::<Buyer>(own).select(buyers::name).intersect(db.scoped::<Credential>(own).select(credentials::label)).except(db.scoped::<User>(own).select(users::login)).count();
        db.scoped::<Buyer>(own).inner_join::<Invoice>().select(buyers::name).union(db.scoped::<Buyer>(own).select(buyers::name)).load::<String>();
    };
    expect_file!["../../golden/sets.sql"].assert_eq(&text);
}

#[tokio::test]
async fn pages() {
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).page_by(buyers::name.asc()).page(None, 2);
        async {
            db.scoped::<Buyer>(own).insert(NewBuyer { id: TWO, name: "bob", credit: 2 }).await?;
            let first = db.scoped::<Buyer>(own).page_by(buyers::name.asc()).page(None, 1).await?;
            db.scoped::<Buyer>(own).page_by(buyers::name.asc()).page(first.next.as_ref(), 1).await
        };
        async {
            let first = db.scoped::<Buyer>(own).page_by((buyers::country.desc(), buyers::name.asc())).page(None, 1).await?;
            db.scoped::<Buyer>(own).page_by((buyers::country.desc(), buyers::name.asc())).page(first.next.as_ref(), 1).await
        };
        db.scoped::<Credential>(own).filter(credentials::label.eq("key")).page_by(credentials::label.desc()).page(None, 2);
        db.scoped::<Buyer>(own).left_join::<Invoice>().page_by(buyers::name.asc()).page(None, 2);
        db.scoped::<Document>(own).order(documents::title.asc()).paginate(2, 5);
        db.scoped::<Buyer>(own).left_join::<Invoice>().paginate(1, 5);
    };
    expect_file!["../../golden/pages.sql"].assert_eq(&text);
}

#[tokio::test]
async fn writing() {
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).insert(NewBuyer { id: TWO, name: "bob", credit: 1 });
        db.scoped::<Buyer>(own).insert_many([NewBuyer { id: Uuid::from_u128(3), name: "cyd", credit: 1 }, NewBuyer { id: Uuid::from_u128(4), name: "dot", credit: 1 }]);
        db.scoped::<Buyer>(own).bulk_insert([NewBuyer { id: Uuid::from_u128(5), name: "eve", credit: 1 }]);
        db.scoped::<Invoice>(own).insert(NewInvoice { id: TWO, buyer_id: TWO, number: 2 }).returning::<i32, _>(invoices::number);
        db.scoped::<Buyer>(own).update(ONE, BuyerChanges { name: None, credit: Some(2) });
        db.scoped::<Buyer>(own).update(ONE, buyers::credit.eq(buyers::credit + 1));
        db.scoped::<Buyer>(own).filter(buyers::credit.gt(1)).or_filter(buyers::name.eq("x")).update(BuyerChanges { name: None, credit: Some(3) });
        db.scoped::<Buyer>(own).filter(exists(db.scoped::<Invoice>(own).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id)))).update(buyers::credit.eq(0)).returning::<(String, i32), _>((buyers::name, buyers::credit));
        db.scoped::<Document>(own).update_if(ONE, 1, documents::title.eq("new plan"));
        db.scoped::<Document>(own).filter(documents::version.gt(1)).update(documents::title.eq("plan"));
        db.scoped::<Document>(own).delete(ONE);
        db.scoped::<Document>(own).restore(ONE);
        db.scoped::<Document>(own).filter(documents::title.eq("plan")).delete();
        db.scoped::<Document>(own).query().restore();
        db.scoped::<Document>(own).purge(ONE);
        db.scoped::<Document>(own).with_deleted().purge();
        db.scoped::<Invoice>(own).delete(ONE);
        db.scoped::<Invoice>(own).delete(TWO).returning::<i32, _>(invoices::number);
        db.scoped::<Buyer>(own).filter(buyers::name.eq("dot")).delete();
        db.scoped::<Buyer>(own).query().delete();
    };
    expect_file!["../../golden/writing.sql"].assert_eq(&text);
}

#[tokio::test]
async fn upserts() {
    let new = |name| NewBuyer { id: TWO, name, credit: 1 };
    let text = sent! { |db, own|
        db.scoped::<Buyer>(own).upsert(new("ada")).on_conflict(buyers::name).do_nothing();
        db.scoped::<Buyer>(own).upsert(new("ada")).on_conflict(buyers::name).do_update(BuyerChanges { name: None, credit: Some(2) });
        db.scoped::<Buyer>(own).upsert(new("ada")).on_conflict(buyers::name).do_update(buyers::credit.eq(buyers::credit + excluded(buyers::credit)));
        db.scoped::<Buyer>(own).upsert_many([new("ada")]).on_conflict(buyers::name).do_update_excluded(buyers::credit).returning::<i32, _>(buyers::credit);
        db.scoped::<Invoice>(own).upsert(NewInvoice { id: TWO, buyer_id: ONE, number: 1 }).on_conflict((invoices::buyer_id, invoices::number)).do_nothing();
        db.scoped::<Document>(own).upsert(NewDocument { id: ONE, title: "x" }).on_conflict(documents::id).do_update_excluded(documents::title);
    };
    expect_file!["../../golden/upserts.sql"].assert_eq(&text);
}

#[tokio::test]
async fn reference_data() {
    let text = sent! { |db, own|
        db.global::<Country>(own).filter(countries::code.eq("NO")).load();
        db.global::<Country>(own).inner_join::<Buyer>().load();
        db.scoped::<Buyer>(own).left_join::<Country>().load();
        db.scoped::<Buyer>(own).left_join::<Country>().select((buyers::name, countries::name.nullable())).load::<(String, Option<String>)>();
        db.global::<Country>(own).filter(exists(db.scoped::<Buyer>(own).query().inside::<Country>().filter(buyers::country.eq(countries::code.nullable())))).load();
        db.global::<Country>(own).left_join::<Buyer>().group_by(countries::name).select((countries::name, count(buyers::id.nullable()))).load::<(String, i64)>();
    };
    expect_file!["../../golden/reference_data.sql"].assert_eq(&text);
}
