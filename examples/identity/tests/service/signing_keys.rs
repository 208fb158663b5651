//! Keys follow one another, and no key of one tenant signs for another.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use identity::Lifetimes;
use serde_json::json;

use crate::world::World;

/// The `kid` of a token.
fn key_of(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header["alg"], "EdDSA");
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_one_is_good_as_long_as_its_tokens() {
    let mut lifetimes = Lifetimes::default();
    lifetimes.access = Duration::from_secs(3);
    let world = World::with(lifetimes).await;
    let acme = world.tenant().await;
    let old = key_of(&acme.admin.access_token);
    let new = world.post(&acme.admin, "/signing-keys", json!(null)).await.expect(StatusCode::CREATED).id();
    assert_ne!(old, new);
    world.get(&acme.admin, "/sessions").await.expect(StatusCode::OK);
    let again = world.sign_in(acme.id, &acme.admin.email).await;
    assert_eq!(key_of(&again.access_token), new);

    let set = format!("/tenants/{}/jwks.json", acme.id);
    let keys = world.ask(Method::GET, &set, None, None).await.expect(StatusCode::OK);
    assert!(keys.text.contains(&old) && keys.text.contains(&new), "{}", keys.text);
    assert_eq!(keys.body["keys"][0]["kty"], "OKP");
    assert!(!keys.text.contains("\"d\""), "{}", keys.text);

    tokio::time::sleep(Duration::from_millis(3_200)).await;
    let keys = world.ask(Method::GET, &set, None, None).await.expect(StatusCode::OK);
    assert!(!keys.text.contains(&old) && keys.text.contains(&new), "{}", keys.text);
    world.get(&acme.admin, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_key_takes_its_tokens_along() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let old = key_of(&acme.admin.access_token);
    world.post(&acme.admin, "/signing-keys", json!(null)).await.expect(StatusCode::CREATED);
    let again = world.sign_in(acme.id, &acme.admin.email).await;
    world.delete(&again, &format!("/signing-keys/{old}")).await.expect(StatusCode::NO_CONTENT);
    world.get(&acme.admin, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    let shown = world.get(&again, &format!("/signing-keys/{old}")).await.expect(StatusCode::OK);
    assert!(
        shown.body["revoked_at"].is_string() && shown.body.get("private_key").is_none(),
        "{}",
        shown.text
    );
}

#[tokio::test]
async fn a_key_is_good_for_its_own_tenant_only() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    // Somebody at Acme gets hold of Acme's private key, and writes a token for Globex with it: no such key there.
    let token = &acme.admin.access_token;
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let engine = &base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = String::from_utf8(base64::Engine::decode(engine, claims).unwrap()).unwrap();
    let claims = claims.replace(&acme.id.to_string(), &globex.id.to_string());
    let claims =
        claims.replace(&acme.admin.id, &globex.admin.id).replace(&acme.admin.session, &globex.admin.session);
    let forged = format!("{header}.{}.{signature}", base64::Engine::encode(engine, claims));
    let path = format!("/tenants/{}/sessions", globex.id);
    world.ask(Method::GET, &path, Some(&forged), None).await.expect_problem(StatusCode::UNAUTHORIZED);
    // And with Globex's key named, the signature does not fit.
    let [header, ..] = globex.admin.access_token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let forged = format!("{header}.{}", forged.split_once('.').unwrap().1);
    world.ask(Method::GET, &path, Some(&forged), None).await.expect_problem(StatusCode::UNAUTHORIZED);
    // Unsigned tokens are none.
    let none = base64::Engine::encode(engine, format!(r#"{{"alg":"none","kid":"{}"}}"#, key_of(token)));
    let unsigned = format!("{none}.{}.", token.split('.').nth(1).unwrap());
    let path = format!("/tenants/{}/sessions", acme.id);
    world.ask(Method::GET, &path, Some(&unsigned), None).await.expect_problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn users_see_keys_and_only_administrators_change_them() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let keys = world.get(&ada, "/signing-keys").await.expect(StatusCode::OK);
    assert_eq!(keys.count(), 1);
    world.post(&ada, "/signing-keys", json!(null)).await.expect_problem(StatusCode::FORBIDDEN);
    let path = format!("/signing-keys/{}", keys.body[0]["id"].as_str().unwrap());
    world.delete(&ada, &path).await.expect_problem(StatusCode::FORBIDDEN);
}
