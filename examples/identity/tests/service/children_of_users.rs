//! Credentials and consents, whose tables have no tenant column.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::world::{Answer, Person, World};

async fn register(world: &World, who: &Person, user: &str, credential: &str) -> Answer {
    let body = json!({ "credential_id": credential, "public_key": "BAUG", "name": "my key" });
    world.post(who, &format!("/users/{user}/webauthn-credentials"), body).await
}

#[tokio::test]
async fn credentials_are_registered_listed_renamed_and_removed() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let made = register(&world, &ada, &ada.id, "AQID").await.expect(StatusCode::CREATED);
    assert_eq!(made.body["sign_count"], 0);
    register(&world, &ada, &ada.id, "AQID").await.expect_problem(StatusCode::CONFLICT);
    register(&world, &ada, &ada.id, "not base64url!").await.expect_problem(StatusCode::UNPROCESSABLE_ENTITY);
    let path = format!("/webauthn-credentials/{}", made.id());
    let named = world.patch(&ada, &path, json!({ "name": "at home" })).await.expect(StatusCode::OK);
    assert_eq!(named.body["name"], "at home");
    let list = format!("/users/{}/webauthn-credentials", ada.id);
    let listed = world.get(&ada, &list).await.expect(StatusCode::OK);
    assert_eq!(listed.body[0], named.body);
    assert_eq!(world.get(&ada, &path).await.expect(StatusCode::OK).body, named.body);
    world.delete(&ada, &path).await.expect(StatusCode::NO_CONTENT);
    assert_eq!(world.get(&ada, &list).await.expect(StatusCode::OK).count(), 0);
}

#[tokio::test]
async fn a_counter_that_does_not_go_up_is_refused() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let made = register(&world, &acme.admin, &acme.admin.id, "AQID").await.expect(StatusCode::CREATED);
    let path = format!("/webauthn-credentials/{}/assertions", made.id());
    // Authenticators that count nothing always say 0.
    for (count, status) in [
        (json!(0), StatusCode::OK),
        (json!(5), StatusCode::OK),
        (json!(5), StatusCode::CONFLICT),
        (json!(4), StatusCode::CONFLICT),
        (json!(0), StatusCode::CONFLICT),
        (json!(6), StatusCode::OK),
        (json!(4_294_967_295_u32), StatusCode::OK),
        (json!(4_294_967_296_u64), StatusCode::UNPROCESSABLE_ENTITY),
        (json!(-1), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = world.post(&acme.admin, &path, json!({ "sign_count": count })).await;
        assert_eq!(answer.status, status, "{count}: {}", answer.text);
    }
    // Of two assertions with one count, one counts.
    let other = register(&world, &acme.admin, &acme.admin.id, "AQIE").await.expect(StatusCode::CREATED);
    let path = format!("/webauthn-credentials/{}/assertions", other.id());
    let assertion = json!({ "sign_count": 9 });
    let (one, two) = tokio::join!(
        world.post(&acme.admin, &path, assertion.clone()),
        world.post(&acme.admin, &path, assertion)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn credentials_and_consents_are_their_users_own() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let grace = world.user(&acme, "grace@example.com").await;
    let key = register(&world, &ada, &ada.id, "AQID").await.expect(StatusCode::CREATED);
    let consent = json!({ "purpose": "news", "granted": true, "policy_version": "2026-01" });
    let consents = format!("/users/{}/consents", ada.id);
    let agreed = world.post(&ada, &consents, consent.clone()).await.expect(StatusCode::CREATED);
    for path in [format!("/webauthn-credentials/{}", key.id()), format!("/consents/{}", agreed.id())] {
        world.get(&grace, &path).await.expect_problem(StatusCode::NOT_FOUND);
        world.get(&acme.admin, &path).await.expect(StatusCode::OK);
    }
    world
        .delete(&grace, &format!("/webauthn-credentials/{}", key.id()))
        .await
        .expect_problem(StatusCode::NOT_FOUND);
    for list in [consents.clone(), format!("/users/{}/webauthn-credentials", ada.id)] {
        world.get(&grace, &list).await.expect_problem(StatusCode::FORBIDDEN);
        assert_eq!(world.get(&acme.admin, &list).await.expect(StatusCode::OK).count(), 1);
    }
    // In somebody else's name nothing is recorded.
    world.post(&grace, &consents, consent).await.expect_problem(StatusCode::FORBIDDEN);
    register(&world, &grace, &ada.id, "AQIE").await.expect_problem(StatusCode::FORBIDDEN);
    register(&world, &acme.admin, &ada.id, "AQIE").await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn consents_are_a_history_that_nobody_rewrites() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let consents = format!("/users/{}/consents", ada.id);
    for granted in [true, false, true] {
        let consent = json!({ "purpose": "news", "granted": granted, "policy_version": "2026-01" });
        world.post(&ada, &consents, consent).await.expect(StatusCode::CREATED);
    }
    let history = world.get(&ada, &consents).await.expect(StatusCode::OK);
    let granted: Vec<bool> =
        history.body.as_array().unwrap().iter().map(|one| one["granted"].as_bool().unwrap()).collect();
    assert_eq!(granted, [true, false, true]);
    let path = format!("/consents/{}", history.body[0]["id"].as_str().unwrap());
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = world.of(method, &acme.admin, &path, Some(json!({ "granted": false }))).await;
        answer.expect_problem(StatusCode::METHOD_NOT_ALLOWED);
    }
}
