//! What operations tell about themselves: spans for `tracing`, numbers for `metrics`, the pool's state. And what nobody
//! tells: values, parameters, literals, passwords.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use futures_util::FutureExt as _;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use tenant_db::prelude::*;
use tenant_db::testing::Proxy;
use tenant_db::{Error, Result, TenantContext, danger};
use tenant_db_tests::World;
use tenant_db_tests::models::*;
use tenant_db_tests::operations::{limit, named};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use uuid::Uuid;

/// Long enough for what belongs together to be one flight.
const ROUND_TRIP: Duration = Duration::from_millis(10);

/// Keeps everything that is traced, at every level, of every target.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Pages>>);

#[derive(Default)]
struct Pages {
    spans: Vec<Span>,
    entered: Vec<u64>,
    events: Vec<String>,
}

#[derive(Debug, Clone)]
struct Span {
    target: &'static str,
    parent: Option<u64>,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Span {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Journal {
    fn enabled(&self, _metadata: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut pages = self.0.lock().unwrap();
        let parent = attributes.parent().map(Id::into_u64).or_else(|| pages.entered.last().copied());
        let mut span = Span { target: attributes.metadata().target(), parent, fields: BTreeMap::new() };
        attributes.record(&mut span);
        pages.spans.push(span);
        Id::from_u64(pages.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        values.record(&mut self.0.lock().unwrap().spans[span.into_u64() as usize - 1]);
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        self.0.lock().unwrap().events.push(line.0);
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(span.into_u64());
    }

    fn exit(&self, _span: &Id) {
        self.0.lock().unwrap().entered.pop();
    }
}

impl Journal {
    /// The spans of operations since the last look.
    fn take(&self) -> Vec<Span> {
        let mut pages = self.0.lock().unwrap();
        assert!(pages.entered.is_empty(), "whatever was entered was left");
        pages.spans.drain(..).filter(|span| span.target == "tenant_db::operation").collect()
    }

    /// The one span since the last look.
    fn one(&self) -> Span {
        let spans = self.take();
        let [span] = spans.as_slice() else { panic!("{spans:#?}") };
        span.clone()
    }

    /// Everything that was ever traced, as text.
    fn text(&self) -> String {
        let pages = self.0.lock().unwrap();
        pages.spans.iter().map(|span| format!("{span:?}\n")).chain(pages.events.iter().cloned()).collect()
    }
}

impl Span {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn fields(&self, names: [&str; 5]) -> String {
        names.map(|name| self.field(name)).join(" ")
    }
}

/// What an operation's span has to say, apart from the tenant.
const OPERATION: [&str; 5] = ["operation", "model", "rows", "retries", "error"];

/// A program with one connection, and a proxy between it and the server.
struct Scene {
    proxy: Proxy,
    db: TenantDb,
    own: TenantContext<Manager>,
    world: World,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let proxy = Proxy::start(&world.runtime_url()).unwrap();
        let own = world.manager();
        let builder = TenantDb::builder(proxy.url()).database(world.config().clone()).pool_size(1);
        let db = builder.connect().await.unwrap();
        // The connection is open, and has been used.
        db.scoped::<Reading>(&world.plain_context(1_i64)).count().await.unwrap();
        proxy.set_round_trip(ROUND_TRIP);
        Self { proxy, db, own, world }
    }

    fn customers(&self) -> TenantScoped<'_, Customer, Manager> {
        self.db.scoped::<Customer>(&self.own)
    }
}

#[tokio::test]
async fn every_operation_opens_one_span_that_says_what_it_was_and_what_it_cost() {
    let scene = Scene::new().await;
    let journal = Journal::default();
    let _guard = tracing::subscriber::set_default(journal.clone());
    let customers = scene.customers();
    let mut id = Uuid::nil();
    // Each twice: prepared the first time, and then not any more.
    for time in 0..2_u8 {
        let inserted = async {
            id = customers.insert(named(&format!("one {time}"))).await?.id;
            Ok(())
        };
        check(&scene, &journal, "insert Customer 1 0 ", Box::pin(inserted)).await;
        let many = [named(&format!("x {time}")), named(&format!("y {time}"))];
        let rich = || customers.filter(customers::credit_limit.gt(100));
        check(&scene, &journal, "insert_many Customer 2 0 ", Box::pin(customers.insert_many(many).map_ok()))
            .await;
        check(&scene, &journal, "find Customer 1 0 ", Box::pin(customers.find(id).map_ok())).await;
        let nobody = customers.find_optional(Uuid::nil());
        check(&scene, &journal, "find Customer 0 0 ", Box::pin(nobody.map_ok())).await;
        check(&scene, &journal, "find_many Customer 1 0 ", Box::pin(customers.find_many([id]).map_ok()))
            .await;
        let all = format!("load Customer {} 0 ", 3 + u32::from(time));
        check(&scene, &journal, &all, Box::pin(customers.limit(i64::from(3 + time)).load().map_ok())).await;
        check(&scene, &journal, "count Customer 1 0 ", Box::pin(rich().count().map_ok())).await;
        check(&scene, &journal, "exists Customer 1 0 ", Box::pin(rich().exists().map_ok())).await;
        check(&scene, &journal, "update Customer 1 0 ", Box::pin(customers.update(id, limit(7)).map_ok()))
            .await;
        let none = rich().update(limit(8));
        check(&scene, &journal, "update Customer 0 0 ", Box::pin(none.map_ok())).await;
        check(&scene, &journal, "delete Customer 1 0 ", Box::pin(customers.delete(id))).await;
        let raw = customers.filter(sql::<Bool>("length(name) < 0")).load();
        check(&scene, &journal, "load Customer 0 0 ", Box::pin(raw.map_ok())).await;
    }
}

/// `Result<T>` as `Result<()>`.
trait MapOk {
    fn map_ok(self) -> impl Future<Output = Result<()>> + Send;
}

impl<T, F: Future<Output = Result<T>> + Send> MapOk for F {
    async fn map_ok(self) -> Result<()> {
        self.await.map(drop)
    }
}

async fn check(
    scene: &Scene,
    journal: &Journal,
    expected: &str,
    work: futures_util::future::BoxFuture<'_, Result<()>>,
) {
    let before = scene.proxy.flights();
    work.await.unwrap();
    let flights = scene.proxy.flights() - before;
    let span = journal.one();
    assert_eq!(span.fields(OPERATION), expected);
    assert_eq!(span.field("tenant"), scene.own.tenant().to_string());
    assert_eq!(span.field("round_trips"), flights.to_string(), "{span:?}");
}

#[tokio::test]
async fn a_span_says_how_an_operation_failed() {
    let scene = Scene::new().await;
    let journal = Journal::default();
    let _guard = tracing::subscriber::set_default(journal.clone());
    let customers = scene.customers();
    customers.insert(named("ada")).await.unwrap();
    journal.take();

    customers.insert(named("ada")).await.unwrap_err();
    assert_eq!(journal.one().fields(OPERATION), "insert Customer 0 0 conflict");

    customers.filter(sql::<Bool>("1 / 0 = 1")).load().await.unwrap_err();
    assert_eq!(journal.one().fields(OPERATION), "load Customer 0 0 database");

    let slow = customers.filter(sql::<Bool>("pg_sleep(10) IS NULL")).load();
    assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
    assert_eq!(journal.one().fields(OPERATION), "load Customer 0 0 cancelled");

    let tx = scene.db.begin(&scene.own).await.unwrap();
    let waits = scene.world.builder().pool_size(1).acquire_timeout(Duration::from_millis(50));
    let crowded = waits.connect().await.unwrap();
    let held = crowded.begin(&scene.own).await.unwrap();
    crowded.scoped::<Customer>(&scene.own).count().await.unwrap_err();
    assert_eq!(journal.one().fields(OPERATION), "count Customer 0 0 pool_timeout");
    drop((tx, held));

    // A read is run again on another connection.
    scene.customers().count().await.unwrap();
    journal.take();
    scene.proxy.reset();
    scene.customers().count().await.unwrap();
    let span = journal.one();
    assert_eq!((span.field("operation"), span.field("error")), ("count", ""));
}

#[tokio::test]
async fn a_transaction_s_span_holds_those_of_its_statements_and_of_its_end() {
    let scene = Scene::new().await;
    scene.customers().insert(named("ada")).await.unwrap();
    let journal = Journal::default();
    let _guard = tracing::subscriber::set_default(journal.clone());
    for (end, outcome) in [("commit", ""), ("rollback", "rolled_back")] {
        journal.0.lock().unwrap().spans.clear();
        let before = scene.proxy.flights();
        let done = scene.db.transaction(&scene.own, async |tx| {
            tx.scoped::<Customer>().count().await?;
            tx.scoped::<Customer>().load().await?;
            if end == "commit" { Ok(()) } else { Err(Error::NoChanges) }
        });
        assert_eq!(done.await.is_ok(), end == "commit");
        let flights = scene.proxy.flights() - before;
        let spans = journal.take();
        let whole = spans[0].fields(["operation", "statements", "retries", "round_trips", "error"]);
        assert_eq!(whole, format!("transaction 2 0 {flights} {outcome}"));
        assert_eq!(spans[0].field("tenant"), scene.own.tenant().to_string());
        let inside: Vec<&str> = spans[1..].iter().map(|span| span.field("operation")).collect();
        assert_eq!(inside, ["count", "load", end]);
        assert!(spans[1..].iter().all(|span| span.parent == Some(1)), "{spans:#?}");
        let parts: u64 =
            spans[1..].iter().map(|span| span.field("round_trips").parse::<u64>().unwrap()).sum();
        assert_eq!(parts, flights);
    }
    // By guard there is nothing around the statements, and their ends are told all the same.
    let tx = scene.db.begin(&scene.own).await.unwrap();
    tx.scoped::<Customer>().count().await.unwrap();
    tx.commit().await.unwrap();
    let tx = scene.db.begin(&scene.own).await.unwrap();
    tx.rollback().await;
    let names: Vec<String> = journal.take().iter().map(|span| span.field("operation").to_owned()).collect();
    assert_eq!(names, ["count", "commit"], "where nothing was begun nothing ends");
}

#[tokio::test]
async fn a_transaction_s_span_counts_its_attempts() {
    let scene = Scene::new().await;
    scene.customers().insert(named("ada")).await.unwrap();
    let journal = Journal::default();
    let _guard = tracing::subscriber::set_default(journal.clone());
    let attempts = AtomicU64::new(0);
    let options = TransactionOptions::new().serializable().retries(3);
    let before = scene.proxy.flights();
    let work = scene.db.transaction_with(&scene.own, options, async |tx| {
        tx.scoped::<Customer>().count().await?;
        if attempts.fetch_add(1, Ordering::Relaxed) < 2 {
            let failure = "SELECT fail_to_serialize()";
            danger::sql(tx, "a test", failure).execute().await?;
        }
        Ok(())
    });
    scene
        .world
        .execute(
            "CREATE FUNCTION fail_to_serialize() RETURNS void LANGUAGE plpgsql AS
             $$ BEGIN RAISE serialization_failure; END $$;
             GRANT EXECUTE ON FUNCTION fail_to_serialize() TO PUBLIC",
        )
        .await;
    work.await.unwrap();
    let flights = scene.proxy.flights() - before;
    let spans = journal.take();
    let whole = spans[0].fields(["operation", "statements", "retries", "round_trips", "error"]);
    assert!(whole.starts_with("transaction 5 2 "), "{whole}");
    // Those of the clean-up after a statement written by hand come after the end.
    let told: u64 = spans[0].field("round_trips").parse().unwrap();
    assert!(told <= flights && told >= flights - 3, "{told} of {flights}");
}

/// What must not be in any trace: each of these is a value, a parameter, a literal or a password.
const CANARIES: [&str; 6] =
    ["canary-value", "canary-literal", "canary-bind", "canary-password", "770077007700", "canary-session"];

#[tokio::test]
async fn no_value_parameter_literal_or_password_is_ever_traced() {
    let scene = Scene::new().await;
    let journal = Journal::default();
    let _guard = tracing::subscriber::set_default(journal.clone());
    every_way_with_canaries(&scene).await;
    let text = journal.text();
    assert!(text.contains("tenant_db::operation") && text.contains("tenant_db::danger"), "{text}");
    for canary in CANARIES {
        if let Some(line) = text.lines().find(|line| line.contains(canary)) {
            panic!("{canary} is in {line}");
        }
    }
}

/// Statements that succeed and that fail in each of the ways that quote something.
async fn every_way_with_canaries(scene: &Scene) {
    let customers = scene.customers();
    let new =
        |name: &str| NewCustomer { name: format!("canary-value {name}"), credit_limit: 770_077_007_700 };
    let ada = customers.insert(new("ada")).await.unwrap();
    customers.insert_many([new("bob"), new("eve")]).await.unwrap();
    let note = |note: &str| CustomerChanges { note: Some(Some(note.into())), ..Default::default() };
    customers.update(ada.id, note("canary-value note")).await.unwrap();
    let named_so = || customers::name.eq("canary-bind");
    customers.filter(named_so()).or_filter(named_so()).update(note("canary-value")).await.unwrap();
    customers.filter(named_so()).load().await.unwrap();
    customers.select(customers::name).load::<String>().await.unwrap();
    customers.filter(sql::<Bool>("name <> 'canary-literal'")).count().await.unwrap();
    // The server quotes what it does not like.
    let conflict = customers.insert(new("ada")).await.unwrap_err();
    assert!(matches!(conflict, Error::Conflict(_)));
    for broken in [
        "name::integer = 1",
        "'canary-literal'::integer = 1",
        "canary-literal",
        "\"canary-literal\" = 1",
        "name = 'canary-literal' AND 1 / 0 = 1",
        "'canary-literal'::no_such_type IS NULL",
    ] {
        customers.filter(sql::<Bool>(broken)).load().await.unwrap_err();
    }
    let refused: Result<()> = scene
        .db
        .transaction(&scene.own, async |tx| {
            let by_hand = "UPDATE customers SET note = 'canary-literal' WHERE name = $1";
            danger::sql(tx, "a test", by_hand).bind::<Text, _>("canary-bind").execute().await?;
            let refused = tx.savepoint(async |tx| tx.scoped::<Customer>().insert(new("ada")).await).await;
            assert!(refused.is_err());
            let by_hand = "SELECT name FROM customers WHERE name::integer = 1 OR name = $1";
            danger::sql(tx, "a test", by_hand).bind::<Text, _>("canary-bind").execute().await.map(drop)
        })
        .await;
    refused.unwrap_err();
    let sleeps = "SELECT pg_sleep(10), 'canary-session'";
    let tx = scene.db.begin(&scene.own).await.unwrap();
    let slow = danger::sql(&tx, "a test", sleeps).execute();
    let _ = tokio::time::timeout(Duration::from_millis(50), slow).await;
    drop(tx);
    let panics = AssertUnwindSafe(scene.db.transaction(&scene.own, async |tx| {
        tx.scoped::<Customer>().filter(named_so()).for_update().load().await?;
        std::panic::resume_unwind(Box::new("canary-value"));
        #[allow(unreachable_code, reason = "the closure has a type")]
        Ok(())
    }));
    assert!(panics.catch_unwind().await.is_err());
    customers.delete(ada.id).await.unwrap();
    let url = "postgresql://ada:canary-password@127.0.0.1:1/canary-value?connect_timeout=1";
    TenantDb::connect(url).await.unwrap_err();
}

/// Keeps what is written to `log`, which knows one logger for each process.
struct Log(Mutex<Vec<(log::Level, String, String)>>);

impl log::Log for Log {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = (record.level(), record.target().to_owned(), record.args().to_string());
        self.0.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

fn logged() -> MutexGuard<'static, Vec<(log::Level, String, String)>> {
    static LOG: OnceLock<Log> = OnceLock::new();
    let log = LOG.get_or_init(|| Log(Mutex::default()));
    if log::set_logger(log).is_ok() {
        log::set_max_level(log::LevelFilter::Trace);
    }
    log.0.lock().unwrap()
}

#[tokio::test]
async fn only_the_driver_logs_statements_and_only_below_the_level_of_info() {
    drop(logged());
    let scene = Scene::new().await;
    every_way_with_canaries(&scene).await;
    let logged = logged();
    // The driver shows parameters as bytes.
    let bytes = format!("{:?}", b"canary-bind").trim_matches(['[', ']']).to_owned();
    let mut seen = [false; 2];
    for (level, target, text) in logged.iter() {
        let canary = CANARIES.iter().any(|canary| text.contains(canary));
        let parameter = text.contains(&bytes);
        seen[0] |= canary;
        seen[1] |= parameter;
        if canary || parameter {
            assert!(target.starts_with("tokio_postgres"), "{target}: {text}");
            assert!(*level >= log::Level::Debug, "{target} at {level}: {text}");
        }
        assert!(!text.contains("canary-password"), "{target}: {text}");
    }
    assert_eq!(seen, [true, true], "the driver has become discreet, and the documentation is out of date");
}

/// Counts what is measured, by name and labels.
#[derive(Debug, Clone, Default)]
struct Meter(Arc<Mutex<BTreeMap<String, Arc<Number>>>>);

#[derive(Debug, Default)]
struct Number {
    sum: AtomicU64,
    samples: AtomicU64,
}

impl CounterFn for Number {
    fn increment(&self, value: u64) {
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.sum.store(value, Ordering::Relaxed);
    }
}

impl HistogramFn for Number {
    fn record(&self, value: f64) {
        assert!((0.0..60.0).contains(&value), "{value} seconds");
        self.samples.fetch_add(1, Ordering::Relaxed);
    }
}

impl Meter {
    fn number(&self, key: &Key) -> Arc<Number> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Arc::clone(self.0.lock().unwrap().entry(name).or_default())
    }

    fn count(&self, name: &str) -> u64 {
        self.0.lock().unwrap().get(name).map_or(0, |number| number.sum.load(Ordering::Relaxed))
    }

    fn samples(&self, name: &str) -> u64 {
        self.0.lock().unwrap().get(name).map_or(0, |number| number.samples.load(Ordering::Relaxed))
    }
}

impl Recorder for Meter {
    fn describe_counter(&self, _name: KeyName, _unit: Option<Unit>, _text: SharedString) {}

    fn describe_gauge(&self, _name: KeyName, _unit: Option<Unit>, _text: SharedString) {}

    fn describe_histogram(&self, _name: KeyName, _unit: Option<Unit>, _text: SharedString) {}

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.number(key))
    }

    fn register_gauge(&self, _key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.number(key))
    }
}

#[tokio::test]
async fn operations_are_counted_by_model_and_outcome_and_never_by_tenant() {
    let scene = Scene::new().await;
    let meter = Meter::default();
    let _guard = metrics::set_default_local_recorder(&meter);
    let before = scene.proxy.flights();
    let customers = scene.customers();
    customers.insert_many([named("ada"), named("bob")]).await.unwrap();
    customers.insert(named("ada")).await.unwrap_err();
    assert_eq!(customers.load().await.unwrap().len(), 2);
    assert_eq!(customers.load().await.unwrap().len(), 2);
    let options = TransactionOptions::new().retries(1);
    let done =
        scene.db.transaction_with(&scene.own, options, async |tx| tx.scoped::<Customer>().count().await);
    done.await.unwrap();
    let undone = scene.db.transaction(&scene.own, async |tx| {
        tx.scoped::<Customer>().filter(customers::name.eq("bob")).delete().await?;
        Err::<(), _>(Error::NoChanges)
    });
    undone.await.unwrap_err();
    let flights = scene.proxy.flights() - before;

    let operations = |labels: &str| meter.count(&format!("tenant_db_operations_total{{{labels}}}"));
    assert_eq!(operations("operation=insert_many,model=Customer,outcome=ok"), 1);
    assert_eq!(operations("operation=insert,model=Customer,outcome=conflict"), 1);
    assert_eq!(operations("operation=load,model=Customer,outcome=ok"), 2);
    assert_eq!(operations("operation=count,model=Customer,outcome=ok"), 1);
    assert_eq!(operations("operation=transaction,model=,outcome=ok"), 1);
    assert_eq!(operations("operation=transaction,model=,outcome=rolled_back"), 1);
    assert_eq!(operations("operation=commit,model=,outcome=ok"), 1);
    assert_eq!(operations("operation=rollback,model=,outcome=ok"), 1);
    assert_eq!(meter.count("tenant_db_rows_total{operation=insert_many,model=Customer}"), 2);
    assert_eq!(meter.count("tenant_db_rows_total{operation=load,model=Customer}"), 4);
    let duration = "tenant_db_operation_duration_seconds{operation=load,model=Customer}";
    assert_eq!(meter.samples(duration), 2);
    assert_eq!(meter.samples("tenant_db_pool_wait_seconds{}"), 6);
    let numbers = meter.0.lock().unwrap();
    let round_trips = numbers.iter().filter(|(name, _)| name.starts_with("tenant_db_round_trips_total"));
    let sum: u64 = round_trips.map(|(_, number)| number.sum.load(Ordering::Relaxed)).sum();
    assert_eq!(sum, flights, "each round trip is counted once: {numbers:#?}");
    let tenant = scene.own.tenant().to_string();
    assert!(numbers.keys().all(|name| !name.contains(&tenant)), "{numbers:#?}");
}

#[tokio::test]
async fn retries_timeouts_and_what_became_of_connections_are_counted() {
    let scene = Scene::new().await;
    let meter = Meter::default();
    let _guard = metrics::set_default_local_recorder(&meter);
    let attempts = AtomicU64::new(0);
    let options = TransactionOptions::new().retries(3);
    scene
        .world
        .execute(
            "CREATE FUNCTION fail_to_serialize() RETURNS void LANGUAGE plpgsql AS
             $$ BEGIN RAISE serialization_failure; END $$;
             GRANT EXECUTE ON FUNCTION fail_to_serialize() TO PUBLIC",
        )
        .await;
    let work = scene.db.transaction_with(&scene.own, options, async |tx| {
        if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
            danger::sql(tx, "a test", "SELECT fail_to_serialize()").execute().await?;
        }
        Ok(())
    });
    work.await.unwrap();
    assert_eq!(meter.count("tenant_db_retries_total{operation=transaction,model=}"), 1);

    let customers = scene.customers();
    customers.insert(named("ada")).await.unwrap();
    let slow = customers.filter(sql::<Bool>("pg_sleep(10) IS NULL")).load();
    assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
    assert_eq!(meter.count("tenant_db_operations_total{operation=load,model=Customer,outcome=cancelled}"), 1);
    customers.count().await.unwrap();
    assert_eq!(meter.count("tenant_db_connections_recovered_total{}"), 1);
    assert_eq!(scene.db.pool_state().recovered, 1);

    let tx = scene.db.begin(&scene.own).await.unwrap();
    tx.scoped::<Customer>().count().await.unwrap();
    scene.proxy.reset();
    tx.scoped::<Customer>().count().await.unwrap_err();
    drop(tx);
    customers.count().await.unwrap();
    assert_eq!(meter.count("tenant_db_connections_closed_total{}"), 1);
    assert_eq!(scene.db.pool_state().closed, 1);

    let hurried = scene.world.builder().pool_size(1).acquire_timeout(Duration::from_millis(50));
    let hurried = hurried.connect().await.unwrap();
    let held = hurried.begin(&scene.own).await.unwrap();
    hurried.scoped::<Customer>(&scene.own).count().await.unwrap_err();
    assert_eq!(meter.count("tenant_db_pool_timeouts_total{}"), 1);
    assert_eq!(hurried.pool_state().timeouts, 1);
    drop(held);
}

#[tokio::test]
async fn the_pool_s_state_tells_who_has_a_connection_and_who_waits() {
    let world = World::new().await;
    let own = world.manager();
    let db = world.builder().pool_size(3).permits_per_tenant(3).connect().await.unwrap();
    let state = |db: &TenantDb| {
        let state = db.pool_state();
        [state.size, state.connections, state.idle, state.in_use, state.waiting]
    };
    assert_eq!(state(&db), [3, 0, 0, 0, 0], "connections are opened when they are needed");
    db.scoped::<Customer>(&own).count().await.unwrap();
    assert_eq!(state(&db), [3, 1, 1, 0, 0]);
    let first = db.begin(&own).await.unwrap();
    assert_eq!(state(&db), [3, 1, 0, 1, 0]);
    let others = [db.begin(&own).await.unwrap(), db.begin(&own).await.unwrap()];
    assert_eq!(state(&db), [3, 3, 0, 3, 0]);
    let customers = db.scoped::<Customer>(&own);
    let mut waits = [customers.count(), customers.count()];
    for wait in &mut waits {
        assert!(wait.now_or_never().is_none());
    }
    assert_eq!(state(&db), [3, 3, 0, 3, 2]);
    drop(waits);
    assert_eq!(state(&db), [3, 3, 0, 3, 0], "whoever does not wait any more is not counted");
    first.rollback().await;
    assert_eq!(state(&db), [3, 3, 1, 2, 0]);
    drop(others);
    assert_eq!(state(&db), [3, 3, 3, 0, 0]);
}
