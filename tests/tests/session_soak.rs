//! Everything at once, for a while: many tasks and tenants on a small pool, with dropped futures, ended sessions and
//! panics. `TENANT_DB_SOAK_SECONDS` says for how long.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::HashMap;
use std::env;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenant_db::prelude::*;
use tenant_db::{Error, Result, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use tenant_db_tests::poll::{Moment, poll_times};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

const TASKS: u64 = 64;
const TENANTS: u64 = 100;
const POOL: u32 = 12;

/// How long, unless the environment says something else.
const SECONDS: u64 = 20;

/// The row of each tenant that holds the sum of its transfers.
const COUNTER: Uuid = Uuid::from_u128(1);

/// Of a hundred operations so many are dropped (a quarter of them finishes before), so many end a session, so many panic.
const DROPS: u64 = 27;
const KILLS: u64 = 1;
const PANICS: u64 = 1;

/// Random enough, and nobody's dependency.
struct Dice(u64);

impl Dice {
    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// What happened, for the report.
#[derive(Debug, Default)]
struct Tally {
    operations: AtomicU64,
    rows_read: AtomicU64,
    foreign: AtomicU64,
    drops: AtomicU64,
    kills: AtomicU64,
    panics: AtomicU64,
    connection_lost: AtomicU64,
    commit_unknown: AtomicU64,
    connect: AtomicU64,
    pool_timeouts: AtomicU64,
    given_up: AtomicU64,
    runs_again: AtomicU64,
}

fn one_more(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// What the database must say in the end about rows that were written, or deleted, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Done,
    NotDone,
    /// Wholly or not at all.
    Unknown,
}

#[derive(Debug)]
struct Expected {
    names: Vec<String>,
    deletes: bool,
    fate: Fate,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Read(u64),
    /// Sleeps on the server, and is cancelled there when it is dropped.
    Slow,
    Insert,
    InsertMany,
    Delete,
    BulkUpdate,
    Together,
    Savepoint,
    Guard,
    Transfer,
    SerializableTransfer,
    DropInside,
    Panic,
}

const READS: u64 = 9;

struct Tenant {
    context: TenantContext<Manager>,
    tag: String,
}

struct Soak {
    db: TenantDb,
    admin: Client,
    kill: String,
    tenants: Vec<Tenant>,
    tally: Tally,
    until: Instant,
    writes: AtomicU64,
}

fn row(name: &str, amount: i64) -> NewCustomer {
    NewCustomer { name: name.to_owned(), credit_limit: amount }
}

impl Soak {
    /// Looks at rows: each carries its tenant's tag.
    fn look(&self, tenant: &Tenant, rows: &[Customer]) {
        self.look_at(tenant, rows.iter().map(|row| row.name.as_str()));
        self.look_at(tenant, rows.iter().filter_map(|row| row.note.as_deref()));
    }

    fn look_at<'a>(&self, tenant: &Tenant, values: impl Iterator<Item = &'a str>) {
        for value in values {
            one_more(&self.tally.rows_read);
            if !value.starts_with(&tenant.tag) {
                one_more(&self.tally.foreign);
            }
        }
    }

    async fn read(&self, tenant: &Tenant, which: u64) -> Result<()> {
        let customers = self.db.scoped::<Customer>(&tenant.context);
        match which {
            0 => self.look(tenant, &[customers.find(COUNTER).await?]),
            1 => self.look(tenant, &customers.order(customers::id.desc()).limit(20).load().await?),
            2 => assert!(customers.count().await? > 0, "the tenant has a counter at least"),
            3 => assert!(customers.exists().await?, "the tenant has a counter at least"),
            4 => {
                let names: Vec<String> = customers.limit(20).select(customers::name).load().await?;
                self.look_at(tenant, names.iter().map(String::as_str));
            }
            5 => self.look(tenant, &customers.find_many([COUNTER, Uuid::now_v7()]).await?),
            6 => self.look(tenant, &[customers.order(customers::id.desc()).first().await?]),
            7 => {
                let (rows, counter, count) = self
                    .db
                    .transaction(&tenant.context, async |tx| {
                        tokio::try_join!(
                            tx.scoped::<Customer>().limit(5).load(),
                            tx.scoped::<Customer>().find(COUNTER),
                            tx.scoped::<Customer>().count(),
                        )
                    })
                    .await?;
                assert!(count > 0);
                self.look(tenant, &rows);
                self.look(tenant, &[counter]);
            }
            _ => {
                #[derive(Debug, QueryableByName)]
                struct Name {
                    #[diesel(sql_type = Text)]
                    name: String,
                }
                let tx = self.db.begin(&tenant.context).await?;
                let names: Vec<Name> =
                    danger::sql(&tx, "a test", "SELECT name FROM customers LIMIT 20").load().await?;
                self.look_at(tenant, names.iter().map(|row| row.name.as_str()));
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Adds to the counter and says so in a row of its own.
    async fn transfer(&self, tenant: &Tenant, name: &str, amount: i64, serializable: bool) -> Result<()> {
        let options = TransactionOptions::new().retries(5);
        let options = if serializable { options.serializable() } else { options };
        let runs = AtomicU64::new(0);
        let work = self.db.transaction_with(&tenant.context, options, async |tx| {
            one_more(&runs);
            let counter = if serializable {
                tx.scoped::<Customer>().find(COUNTER).await?
            } else {
                tx.scoped::<Customer>().filter(customers::id.eq(COUNTER)).for_update().first().await?
            };
            tx.scoped::<Customer>().insert(row(name, amount)).await?;
            let sum =
                CustomerChanges { credit_limit: Some(counter.credit_limit + amount), ..Default::default() };
            let counter = tx.scoped::<Customer>().update(COUNTER, sum).await?;
            self.look(tenant, &[counter]);
            Ok(())
        });
        let outcome = work.await;
        self.tally.runs_again.fetch_add(runs.load(Ordering::Relaxed).saturating_sub(1), Ordering::Relaxed);
        outcome
    }

    /// Does it. `names` are those of the rows that are there afterwards, or not.
    async fn perform(&self, tenant: &Tenant, kind: Kind, names: &[String], amount: i64) -> Result<()> {
        let (db, context) = (&self.db, &tenant.context);
        let customers = db.scoped::<Customer>(context);
        match kind {
            Kind::Read(which) => self.read(tenant, which).await?,
            Kind::Slow => {
                let tx = db.begin(context).await?;
                danger::sql(&tx, "a test", "SELECT pg_sleep(0.025)").execute().await?;
                tx.commit().await?;
            }
            Kind::Insert => self.look(tenant, &[customers.insert(row(&names[0], amount)).await?]),
            Kind::InsertMany => {
                let rows = names.iter().map(|name| row(name, amount));
                self.look(tenant, &customers.insert_many(rows).await?);
            }
            Kind::Delete => {
                let found = customers.filter(customers::name.eq(&names[0])).first().await?;
                customers.delete(found.id).await?;
            }
            Kind::BulkUpdate => {
                let note = CustomerChanges { note: Some(Some(tenant.tag.clone())), ..Default::default() };
                customers.filter(customers::credit_limit.eq(amount)).update(note).await?;
            }
            Kind::Together => {
                db.transaction(context, async |tx| {
                    for name in names {
                        tx.scoped::<Customer>().insert(row(name, amount)).await?;
                    }
                    self.look(tenant, &tx.scoped::<Customer>().limit(5).load().await?);
                    Ok(())
                })
                .await?;
            }
            Kind::Savepoint => {
                db.transaction(context, async |tx| {
                    tx.scoped::<Customer>().insert(row(&names[0], amount)).await?;
                    let undone = tx.savepoint(async |tx| {
                        tx.scoped::<Customer>().insert(row(&format!("{} undone", names[0]), amount)).await?;
                        tx.scoped::<Customer>().insert(row(&names[0], amount)).await
                    });
                    match undone.await {
                        Err(Error::Conflict(_)) => {}
                        outcome => return outcome.map(|_| panic!("a name is given once")),
                    }
                    tx.scoped::<Customer>().insert(row(&names[1], amount)).await?;
                    Ok(())
                })
                .await?;
            }
            Kind::Guard => {
                let tx = db.begin(context).await?;
                for name in names {
                    tx.scoped::<Customer>().insert(row(name, amount)).await?;
                }
                tx.commit().await?;
            }
            Kind::Transfer => self.transfer(tenant, &names[0], amount, false).await?,
            Kind::SerializableTransfer => self.transfer(tenant, &names[0], amount, true).await?,
            Kind::DropInside => {
                let outcome = db
                    .transaction(context, async |tx| {
                        tx.scoped::<Customer>().insert(row(&names[0], amount)).await?;
                        let dropped = tx.scoped::<Customer>().insert(row(&names[1], amount));
                        match poll_times(dropped, 1, Moment::AtOnce).await {
                            None => Ok(()),
                            // The connection was lost before.
                            Some(answer) => answer.map(|_| panic!("answered before it was sent")),
                        }
                    })
                    .await;
                assert!(outcome.is_err(), "a transaction with a dropped statement was committed");
                if !matches!(outcome, Err(Error::TransactionAborted { .. })) {
                    return outcome;
                }
            }
            Kind::Panic => {
                db.transaction(context, async |tx| {
                    tx.scoped::<Customer>().insert(row(&names[0], amount)).await?;
                    tx.savepoint(async |tx| {
                        tx.scoped::<Customer>().insert(row(&names[1], amount)).await?;
                        std::panic::panic_any(Intended)
                    })
                    .await
                })
                .await?;
            }
        }
        Ok(())
    }

    /// What the outcome says about the rows.
    fn fate(&self, kind: Kind, outcome: Option<Result<()>>) -> Fate {
        let tally = &self.tally;
        match outcome {
            None => {
                one_more(&tally.drops);
                return if matches!(kind, Kind::DropInside) { Fate::NotDone } else { Fate::Unknown };
            }
            Some(Ok(())) => {
                return if matches!(kind, Kind::DropInside) { Fate::NotDone } else { Fate::Done };
            }
            Some(Err(Error::CommitUnknown)) => {
                one_more(&tally.commit_unknown);
                return Fate::Unknown;
            }
            Some(Err(Error::ConnectionLost)) => one_more(&tally.connection_lost),
            Some(Err(Error::Connect { .. })) => one_more(&tally.connect),
            Some(Err(Error::PoolTimeout { .. })) => one_more(&tally.pool_timeouts),
            Some(Err(Error::Retryable(_) | Error::TransactionAborted { .. }))
                if matches!(kind, Kind::Transfer | Kind::SerializableTransfer) =>
            {
                one_more(&tally.given_up);
            }
            Some(Err(error)) => panic!("{kind:?}: {error:?}"),
        }
        Fate::NotDone
    }

    async fn task(self: Arc<Self>, seed: u64) -> Vec<Expected> {
        let mut dice = Dice(seed);
        let mut expected: Vec<Expected> = Vec::new();
        // Rows of its own that nobody else deletes.
        let mut deletable: Vec<(usize, String)> = Vec::new();
        while Instant::now() < self.until {
            one_more(&self.tally.operations);
            if dice.percent(KILLS) {
                one_more(&self.tally.kills);
                self.admin.batch_execute(&self.kill).await.unwrap();
            }
            let mut number = dice.below(TENANTS) as usize;
            let write = self.writes.fetch_add(1, Ordering::Relaxed);
            let mut kind = match dice.below(23) {
                0..=8 => Kind::Read(dice.below(READS)),
                9 | 10 => Kind::Insert,
                11 | 12 => Kind::InsertMany,
                13 | 14 => Kind::Together,
                15 => Kind::Savepoint,
                16 => Kind::Guard,
                17 => Kind::Transfer,
                18 => Kind::SerializableTransfer,
                19 => Kind::BulkUpdate,
                20 => Kind::DropInside,
                21 => Kind::Slow,
                _ => Kind::Delete,
            };
            if dice.percent(PANICS) {
                kind = Kind::Panic;
            }
            let rows = match kind {
                Kind::Read(_) | Kind::Slow | Kind::BulkUpdate | Kind::Delete => 0,
                Kind::Insert | Kind::Transfer | Kind::SerializableTransfer => 1,
                Kind::Savepoint | Kind::DropInside | Kind::Panic => 2,
                _ => 3,
            };
            let mut names: Vec<String> =
                (0..rows).map(|row| format!("{} {write} {kind:?} {row}", self.tenants[number].tag)).collect();
            if let Kind::Delete = kind {
                let Some((owner, name)) = deletable.pop() else { continue };
                (number, names) = (owner, vec![name]);
            }
            if let Kind::SerializableTransfer = kind {
                // They get in each other's way.
                number %= 3;
                names[0] = format!("{} {write} {kind:?}", self.tenants[number].tag);
            }
            let amount = 1 + dice.below(50) as i64;
            let fate = if let Kind::Panic = kind {
                let (soak, names) = (Arc::clone(&self), names.clone());
                let work = async move { soak.perform(&soak.tenants[number], kind, &names, amount).await };
                match tokio::spawn(work).await {
                    Ok(outcome) => self.fate(kind, Some(outcome)),
                    Err(panicked) => {
                        assert!(panicked.into_panic().is::<Intended>(), "this is a failure of the test");
                        one_more(&self.tally.panics);
                        Fate::NotDone
                    }
                }
            } else {
                let work = self.perform(&self.tenants[number], kind, &names, amount);
                let outcome = match (dice.percent(DROPS), dice.below(3)) {
                    (false, _) => Some(work.await),
                    (true, 0) => timeout(Duration::from_micros(dice.below(8_000)), work).await.ok(),
                    (true, 1) => poll_times(work, dice.below(9) as usize, Moment::AtOnce).await,
                    (true, _) => poll_times(work, dice.below(9) as usize, Moment::WhenWoken).await,
                };
                self.fate(kind, outcome)
            };
            match kind {
                Kind::Insert if fate == Fate::Done => deletable.push((number, names[0].clone())),
                _ => {}
            }
            if !names.is_empty() {
                expected.push(Expected { names, deletes: matches!(kind, Kind::Delete), fate });
            }
        }
        expected
    }
}

/// What a closure panics with.
struct Intended;

/// Compares what is there with what was said. How many writes were unknown and done.
fn compare(expected: &[Expected], mut there: HashMap<String, i64>) -> (usize, usize) {
    let deletes: HashMap<&str, Fate> =
        expected.iter().filter(|e| e.deletes).map(|e| (e.names[0].as_str(), e.fate)).collect();
    let (mut unknown, mut unknown_but_done) = (0, 0);
    for Expected { names, fate, .. } in expected.iter().filter(|expected| !expected.deletes) {
        let found = names.iter().filter(|name| there.remove(*name).is_some()).count();
        if let Some(deleted) = deletes.get(names[0].as_str()) {
            assert_eq!(*fate, Fate::Done, "only what is there is deleted");
            match deleted {
                Fate::Done => assert_eq!(found, 0, "{names:?} was deleted"),
                Fate::NotDone => assert_eq!(found, 1, "{names:?} was not deleted"),
                Fate::Unknown => {}
            }
            continue;
        }
        match fate {
            Fate::Done => assert_eq!(found, names.len(), "{names:?} was written"),
            Fate::NotDone => assert_eq!(found, 0, "{names:?} was not written"),
            Fate::Unknown => {
                assert!(found == 0 || found == names.len(), "{names:?}: neither nothing nor all of it");
                unknown += 1;
                unknown_but_done += usize::from(found > 0);
            }
        }
    }
    assert!(there.is_empty(), "nobody wrote {:?}", there.keys().take(10).collect::<Vec<_>>());
    (unknown, unknown_but_done)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_and_tenants_with_drops_kills_and_panics_leave_what_they_said_and_a_full_pool() {
    let seconds =
        env::var("TENANT_DB_SOAK_SECONDS").map_or(SECONDS, |seconds| seconds.parse().expect("a number"));
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload().is::<Intended>() {
            usual(panic);
        }
    }));
    let world = World::new().await;
    let db =
        world.builder().pool_size(POOL).acquire_timeout(Duration::from_secs(60)).connect().await.unwrap();
    let (admin, connection) = tokio_postgres::connect(world.admin_url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    let role = world.config().runtime_role();
    let kill = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database() ORDER BY random() LIMIT 1"
    );
    let mut tenants = Vec::new();
    for _ in 0..TENANTS {
        let context = world.manager();
        let tag = context.tenant().to_string();
        let counter = format!("INSERT INTO customers VALUES ('{tag}', '{COUNTER}', '{tag} counter', 0)");
        admin.batch_execute(&counter).await.unwrap();
        tenants.push(Tenant { context, tag });
    }
    let seed = RandomState::new().hash_one("soak");
    let until = Instant::now() + Duration::from_secs(seconds);
    let soak = Soak { db, admin, kill, tenants, tally: Tally::default(), until, writes: AtomicU64::new(0) };
    let soak = Arc::new(soak);
    let tasks: Vec<_> =
        (0..TASKS).map(|task| tokio::spawn(Arc::clone(&soak).task(seed.wrapping_add(task << 32)))).collect();
    let mut expected = Vec::new();
    for task in tasks {
        expected.extend(task.await.expect("a task that panics only where it is to"));
    }

    // Cleaning up after the last ones takes a moment.
    let start = Instant::now();
    while soak.db.pool_state().in_use > 0 {
        assert!(start.elapsed() < Duration::from_secs(15), "the pool is not given back: {:?}", soak.db);
        sleep(Duration::from_millis(5)).await;
    }
    let pool = soak.db.pool_state();
    assert_eq!((pool.in_use, pool.waiting), (0, 0));
    let mut open = Vec::new();
    for tenant in &soak.tenants[..POOL as usize] {
        let tx = soak.db.begin(&tenant.context).await.unwrap();
        soak.look(tenant, &[tx.scoped::<Customer>().find(COUNTER).await.unwrap()]);
        open.push(tx);
    }
    assert_eq!(soak.db.pool_state().in_use, POOL, "the pool is full");
    for tx in open {
        tx.commit().await.unwrap();
    }
    let sessions = format!(
        "SELECT state FROM pg_stat_activity
         WHERE usename = '{role}' AND datname = current_database() AND xact_start IS NOT NULL"
    );
    assert!(world.truth(&sessions).await.is_empty(), "a transaction stayed open");

    let tag = "NOT starts_with(name, tenant_id::text) OR note <> tenant_id::text";
    let misplaced = format!("SELECT name, note FROM customers WHERE {tag}");
    assert!(world.truth(&misplaced).await.is_empty(), "a row is where it does not belong");
    let sums = format!(
        "SELECT c.tenant_id, c.credit_limit, sum(t.credit_limit) FROM customers c
         LEFT JOIN customers t ON t.tenant_id = c.tenant_id AND t.name LIKE '%Transfer%'
         WHERE c.id = '{COUNTER}' GROUP BY 1, 2 HAVING c.credit_limit <> coalesce(sum(t.credit_limit), 0)"
    );
    let wrong = world.truth(&sums).await;
    assert!(wrong.is_empty(), "counters that are not the sum of their transfers: {wrong:?}");
    let there =
        world.truth(&format!("SELECT name, credit_limit FROM customers WHERE id <> '{COUNTER}'")).await;
    let there =
        there.into_iter().map(|row| (row[0].clone().unwrap(), row[1].as_ref().unwrap().parse().unwrap()));
    let (unknown, unknown_but_done) = compare(&expected, there.collect());

    let pool = soak.db.pool_state();
    eprintln!("{seconds} s, seed {seed}: {:#?}", soak.tally);
    eprintln!(
        "{} writes, {unknown} of them dropped or unknown, of which {unknown_but_done} were done; connections that came \
         back in the middle of something: {} recovered, {} closed",
        expected.len(),
        pool.recovered,
        pool.closed
    );
    let tally = &soak.tally;
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    assert_eq!(count(&tally.foreign), 0, "rows of another tenant were read");
    assert!(count(&tally.rows_read) > 0 && count(&tally.drops) > 0 && pool.recovered > 0);
    if count(&tally.operations) > 2_000 {
        assert!(count(&tally.kills) > 0 && count(&tally.panics) > 0, "what can go wrong did");
    }
}
