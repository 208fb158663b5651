//! Signing in and out, over HTTP.

use crate::world::{PASSWORD, World};
use axum::http::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn who_knows_the_password_gets_tokens_that_work() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let me = world.get(&ada, &format!("/users/{}", ada.id)).await.expect(StatusCode::OK);
    assert_eq!(me.body["email"], "ada@example.com");
    assert_eq!(me.body["role"], "user");
    assert!(me.body.get("password_hash").is_none(), "{}", me.text);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    world.user(&globex, "hank@example.com").await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("admin@example.com", "not the password"),
        ("nobody@example.com", PASSWORD),
        // Somebody of another tenant.
        ("hank@example.com", PASSWORD),
        ("' OR true --", PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        let path = format!("/tenants/{}/login", acme.id);
        let answer = world.ask(Method::POST, &path, None, Some(body)).await;
        answers.push(answer.expect_problem(StatusCode::UNAUTHORIZED).text);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn one_address_is_two_people_in_two_tenants() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    let one = world.user(&acme, "ada@example.com").await;
    let other = world.user(&globex, "ada@example.com").await;
    assert_ne!(one.id, other.id);
    let new =
        json!({ "email": "ADA@example.com ", "display_name": "x", "password": PASSWORD, "role": "user" });
    let taken = world.post(&acme.admin, "/users", new).await.expect_problem(StatusCode::CONFLICT);
    assert_eq!(taken.body["detail"], "this e-mail address is taken");
}

#[tokio::test]
async fn signing_out_ends_the_access_token_at_once() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let elsewhere = world.sign_in(acme.id, &ada.email).await;
    world.post(&ada, "/logout", json!(null)).await.expect(StatusCode::NO_CONTENT);
    world.get(&ada, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    world.refresh(acme.id, &ada.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);
    // The other session goes on.
    let sessions = world.get(&elsewhere, "/sessions").await.expect(StatusCode::OK);
    assert_eq!(sessions.count(), 2);
    let events = world.get(&elsewhere, "/revocation-events").await.expect(StatusCode::OK);
    assert_eq!(events.body[0]["reason"], "signed_out");
    assert_eq!(events.body[0]["session_id"], ada.session.as_str());
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_comes_in_no_more() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let path = format!("/users/{}", ada.id);
    world.patch(&acme.admin, &path, json!({ "disabled": true })).await.expect(StatusCode::OK);
    world.get(&ada, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    world.refresh(acme.id, &ada.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);
    let login = json!({ "email": ada.email, "password": PASSWORD });
    let door = format!("/tenants/{}/login", acme.id);
    world.ask(Method::POST, &door, None, Some(login)).await.expect_problem(StatusCode::UNAUTHORIZED);
    world.patch(&acme.admin, &path, json!({ "disabled": false })).await.expect(StatusCode::OK);
    world.sign_in(acme.id, &ada.email).await;
    world.get(&ada, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let elsewhere = world.sign_in(acme.id, &ada.email).await;
    let path = format!("/users/{}", ada.id);
    world
        .patch(&ada, &path, json!({ "password": "short" }))
        .await
        .expect_problem(StatusCode::UNPROCESSABLE_ENTITY);
    world.patch(&ada, &path, json!({ "password": "another long password" })).await.expect(StatusCode::OK);
    world.get(&ada, "/sessions").await.expect(StatusCode::OK);
    world.get(&elsewhere, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    let login = json!({ "email": ada.email, "password": PASSWORD });
    let door = format!("/tenants/{}/login", acme.id);
    world.ask(Method::POST, &door, None, Some(login)).await.expect_problem(StatusCode::UNAUTHORIZED);
}
