//! The doors of `danger`: each takes a reason, and leaves an event that says who went through it and why.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use diesel::sql_types::Text;
use tenant_db::{Error, Identity, danger};
use tenant_db_tests::World;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use uuid::Uuid;

/// Keeps the events of `danger`, as text.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {}={value:?}", field.name());
    }
}

impl Subscriber for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tenant_db::danger"
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

impl Journal {
    /// The one event since the last look, which must hold all of `parts`.
    fn expect(&self, parts: &[&str]) {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        for part in parts {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        assert!(!line.contains("hunter2"), "{line}");
    }
}

#[tokio::test]
async fn every_door_leaves_an_event_with_its_reason_and_without_data() {
    let world = World::new().await;
    let journal = Journal::default();
    let _guard = tracing::subscriber::set_default(journal.clone());

    let tenant = Uuid::now_v7();
    let identity = Identity::new(tenant, "job:nightly");
    let context = danger::context("the nightly run has no user", identity).unwrap();
    let tenant = tenant.to_string();
    journal.expect(&["WARN", "context", "the nightly run has no user", &tenant, "job:nightly"]);

    let skip = danger::skip_verification("this tool repairs the database");
    let db = world.builder().verification(skip).connect().await.unwrap();
    journal.expect(&["WARN", "skip_verification", "this tool repairs the database"]);

    let tx = db.begin(&context).await.unwrap();
    let query = "SELECT 'hunter2' WHERE 'hunter2' = $1";
    danger::sql(&tx, "the builder cannot", query).bind::<Text, _>("hunter2").execute().await.unwrap();
    journal.expect(&["WARN", "sql", "the builder cannot", "SELECT", &tenant, "job:nightly"]);
}

#[tokio::test]
async fn no_door_opens_without_a_reason() {
    let world = World::new().await;
    let context = danger::context(" \t", Identity::new(Uuid::now_v7(), "test"));
    assert!(matches!(context, Err(Error::ReasonRequired { .. })), "{context:?}");
    let connected = world.builder().verification(danger::skip_verification("")).connect().await;
    assert!(matches!(connected, Err(Error::ReasonRequired { .. })), "{connected:?}");
    let db = world.connect().await;
    let tx = db.begin(&world.plain_context(Uuid::now_v7())).await.unwrap();
    let sent = danger::sql(&tx, "", "SELECT 1").execute().await;
    assert!(matches!(sent, Err(Error::ReasonRequired { .. })), "{sent:?}");
}
