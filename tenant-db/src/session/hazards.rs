//! What would let COMMIT overtake its statement, one by one: each is seen to do so with its guard down, and not to with
//! the guards up. Where it does, the database raises 42501 instead of answering with nothing (I4).
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    unnameable_types,
    reason = "tests, which write SQL and types of their own"
)]

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryId;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, SqlType};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::TenantDb;
use super::engine::{LoadsAs, Source, load};
use super::guards::Guard::{self, Line, LookUps, StatementCache, Unconstrained};
use super::observe::Operation;
use crate::context::{Identity, TenantContext};
use crate::danger;
use crate::error::{Error, Result};
use crate::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};

diesel::table! {
    use diesel::sql_types::{BigInt, Uuid};
    use super::MoodType;

    moods (tenant, number) {
        tenant -> Uuid,
        number -> BigInt,
        mood -> MoodType,
    }
}

/// A type whose number has to be looked up.
#[derive(SqlType, QueryId)]
#[diesel(postgres_type(name = "mood"))]
pub struct MoodType;

#[derive(Debug, diesel::expression::AsExpression)]
#[diesel(sql_type = MoodType)]
struct Happy;

impl ToSql<MoodType, Pg> for Happy {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        std::io::Write::write_all(out, b"happy")?;
        Ok(IsNull::No)
    }
}

#[derive(Debug, QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A tenant with three rows in a database with one connection.
struct World {
    _database: TestDatabase,
    db: TenantDb,
    context: TenantContext,
}

impl World {
    async fn new() -> Self {
        let role = unique_name("tdb_hazard");
        let context = danger::context("a test has no users", Identity::new(Uuid::now_v7(), "test"));
        let context = context.expect("a context");
        let setup = DatabaseSetup::new()
            .role(&role)
            .statement(format!("CREATE ROLE {role} LOGIN"))
            .statement("CREATE TYPE mood AS ENUM ('happy', 'sad')")
            .statement(
                "CREATE TABLE moods (tenant uuid, number bigint, mood mood, PRIMARY KEY (tenant, number))",
            )
            .statement(
                "CREATE FUNCTION tenant() RETURNS uuid LANGUAGE plpgsql STABLE AS $$ BEGIN
                     IF coalesce(current_setting('app.current_tenant', true), '') = '' THEN
                         RAISE insufficient_privilege USING MESSAGE = 'tenant_db: no tenant is set';
                     END IF;
                     RETURN current_setting('app.current_tenant')::uuid;
                 END $$",
            )
            .statement("ALTER TABLE moods ENABLE ROW LEVEL SECURITY")
            .statement("CREATE POLICY own ON moods USING (tenant = (SELECT tenant()))")
            .statement(format!("GRANT SELECT ON moods TO {role}"))
            .statement(format!(
                "INSERT INTO moods SELECT '{}', number, 'happy' FROM generate_series(1, 3) AS number",
                context.tenant()
            ));
        let server = Postgres::shared().await.expect("a server");
        let database = server.create_database(&setup).await.expect("a database");
        let skip = danger::skip_verification("the tables of this test have no models");
        let db = TenantDb::builder(database.url(&role)).pool_size(1).verification(skip).connect().await;
        Self { _database: database, db: db.expect("a connection"), context }
    }

    async fn ask<U, Q>(&self, query: Q) -> Result<Vec<U>>
    where
        Q: LoadsAs<U> + 'static,
        U: Send + 'static,
    {
        let source = Source::Pool { db: &self.db, context: &self.context.inner };
        source.run(Operation::read("load", "moods"), move |wire| load(wire, &query)).await
    }

    /// A statement that is the same each time, so that it stays prepared.
    async fn numbers(&self) -> Result<Vec<i64>> {
        self.ask(moods::table.select(moods::number).order(moods::number)).await
    }

    /// One that is another text each time: a list of varying length.
    async fn in_list(&self, length: usize) -> Result<Vec<Counted>> {
        let list = vec!["1"; length].join(", ");
        self.ask(diesel::sql_query(format!("SELECT count(*) AS count FROM moods WHERE number IN ({list})")))
            .await
    }

    /// One with a parameter of a type that has to be looked up the first time.
    async fn happy(&self) -> Result<Vec<i64>> {
        self.ask(moods::table.filter(moods::mood.eq(Happy)).select(moods::number).order(moods::number)).await
    }
}

/// The database said that there was no tenant: the statement ran after COMMIT, outside of its transaction.
fn overtaken<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::Forbidden { reason }) if reason.starts_with("tenant_db: no tenant is set"))
}

#[tokio::test]
async fn commit_overtakes_a_statement_that_is_not_prepared_unless_it_waits_in_line() {
    let world = World::new().await;
    Guard::take_down(&[Line]);
    assert!(overtaken(&world.numbers().await), "not prepared yet");
    assert_eq!(world.numbers().await.unwrap(), [1, 2, 3], "the statement was prepared meanwhile");
    let world = World::new().await;
    Guard::take_down(&[]);
    assert_eq!(world.numbers().await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn commit_overtakes_a_statement_that_is_never_prepared_unless_it_waits_in_line() {
    let world = World::new().await;
    // More than a connection remembers.
    for length in 1..150 {
        Guard::take_down(&[Line]);
        let outcome = world.in_list(2 * length).await;
        assert!(overtaken(&outcome), "{outcome:?}");
        Guard::take_down(&[]);
        assert_eq!(world.in_list(2 * length + 1).await.unwrap()[0].count, 1);
    }
}

#[tokio::test]
async fn commit_overtakes_a_look_up_of_a_type_unless_it_waits_for_the_answer() {
    let world = World::new().await;
    Guard::take_down(&[LookUps]);
    let outcome = world.happy().await;
    assert!(overtaken(&outcome), "the line is no help: a look-up comes before it: {outcome:?}");
    let world = World::new().await;
    Guard::take_down(&[]);
    assert_eq!(world.happy().await.unwrap(), [1, 2, 3]);
    assert_eq!(world.happy().await.unwrap(), [1, 2, 3], "looked up, and in line from now on");
}

#[tokio::test]
async fn commit_overtakes_every_statement_where_none_is_kept_unless_it_waits_in_line() {
    Guard::take_down(&[StatementCache]);
    let world = World::new().await;
    for _ in 0..3 {
        Guard::take_down(&[StatementCache, Line]);
        assert!(overtaken(&world.numbers().await));
        Guard::take_down(&[StatementCache]);
        assert_eq!(world.numbers().await.unwrap(), [1, 2, 3]);
    }
}

/// Runs `work` in a task that has used up its share of time but for `left` of 128 steps.
async fn with_little_time<T>(left: usize, work: impl Future<Output = T>) -> T {
    // A fresh share begins with the next time that the task is polled.
    tokio::task::yield_now().await;
    let free = Mutex::new(());
    for _ in left..128 {
        drop(free.lock().await);
    }
    work.await
}

#[tokio::test]
async fn commit_overtakes_in_a_task_without_time_unless_the_pipeline_is_unconstrained() {
    let world = World::new().await;
    assert_eq!(world.numbers().await.unwrap(), [1, 2, 3]);
    let attempts = async |guards: &[Guard]| {
        Guard::take_down(guards);
        let mut wrong = 0;
        for left in (0..128).rev() {
            match with_little_time(left, world.numbers()).await {
                Ok(numbers) => assert_eq!(numbers, [1, 2, 3], "never an empty result (I4)"),
                outcome => {
                    assert!(overtaken(&outcome), "{outcome:?}");
                    wrong += 1;
                }
            }
        }
        wrong
    };
    assert_ne!(attempts(&[Line, Unconstrained]).await, 0, "tokio makes a free lock seem taken");
    assert_eq!(attempts(&[Line]).await, 0);
    assert_eq!(attempts(&[]).await, 0);
}

#[tokio::test]
async fn what_overtook_leaves_a_connection_that_is_usable() {
    let world = World::new().await;
    Guard::take_down(&[Line]);
    let Err(Error::Forbidden { .. }) = world.in_list(1).await else { panic!("it did not overtake") };
    Guard::take_down(&[]);
    assert_eq!(world.numbers().await.unwrap(), [1, 2, 3]);
    let pool = world.db.pool_state();
    assert_eq!((pool.recovered, pool.closed), (0, 0), "it was clean already");
}
