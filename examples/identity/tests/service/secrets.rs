//! Secrets are in no event, whatever its level, and in no span.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::world::{PASSWORD, World};

/// Keeps everything that is said.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        *self.0 += &format!("{field}={value:?} ");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Words(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Words(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Words(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn nothing_that_could_be_used_is_ever_logged() {
    let heard = Everything::default();
    let _listening = tracing::subscriber::set_default(heard.clone());
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let next = world.refresh(acme.id, &ada.refresh_token).await.expect(StatusCode::OK);
    let next = next.person(acme.id, &ada.email);
    world.refresh(acme.id, &ada.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);
    world.post(&acme.admin, "/signing-keys", json!(null)).await.expect(StatusCode::CREATED);
    world.get(&acme.admin, "/users").await.expect(StatusCode::OK);
    world.cut_off_database().await;
    world.get(&acme.admin, "/users").await.expect_problem(StatusCode::SERVICE_UNAVAILABLE);

    let heard = heard.0.lock().unwrap().clone();
    // It did listen.
    assert!(heard.contains("who signs in has no context yet"), "{heard}");
    let mut secrets = vec![PASSWORD.to_owned(), "argon2id".to_owned()];
    for person in [&acme.admin, &ada, &next] {
        secrets.push(person.refresh_token.split_once('.').unwrap().1.to_owned());
        secrets.push(person.access_token.rsplit_once('.').unwrap().1.to_owned());
    }
    for secret in secrets {
        assert!(!heard.contains(&secret), "a secret was logged");
    }
}
