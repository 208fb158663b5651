//! What users may do, and what only administrators may.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn users_see_and_end_their_own_sessions_only() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let grace = world.user(&acme, "grace@example.com").await;
    for list in ["/sessions", "/refresh-tokens"] {
        let own = world.get(&ada, list).await.expect(StatusCode::OK);
        assert_eq!(own.count(), 1, "{}", own.text);
        assert_eq!(own.body[0]["user_id"], ada.id.as_str());
        let foreign = world.get(&grace, list).await.expect(StatusCode::OK);
        let path = format!("{list}/{}", foreign.body[0]["id"].as_str().unwrap());
        world.get(&ada, &path).await.expect_problem(StatusCode::NOT_FOUND);
        world.delete(&ada, &path).await.expect_problem(StatusCode::NOT_FOUND);
    }
    world.get(&grace, "/sessions").await.expect(StatusCode::OK);
    let own = format!("/sessions/{}", ada.session);
    world.delete(&ada, &own).await.expect(StatusCode::NO_CONTENT);
    world.get(&ada, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn administrators_see_and_end_everybodys_sessions() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    assert_eq!(world.get(&acme.admin, "/sessions").await.expect(StatusCode::OK).count(), 2);
    world.delete(&acme.admin, &format!("/sessions/{}", ada.session)).await.expect(StatusCode::NO_CONTENT);
    world.get(&ada, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    let event = world.get(&acme.admin, "/revocation-events").await.expect(StatusCode::OK);
    assert_eq!(event.body[0]["revoked_by"], acme.admin.id.as_str());
    assert_eq!(event.body[0]["user_id"], ada.id.as_str());
    let event = format!("/revocation-events/{}", event.body[0]["id"].as_str().unwrap());
    world.get(&acme.admin, &event).await.expect(StatusCode::OK);
    // All at once.
    let again = world.sign_in(acme.id, &ada.email).await;
    let all = json!({ "user_id": ada.id });
    world.post(&again, "/revocation-events", all.clone()).await.expect_problem(StatusCode::FORBIDDEN);
    world.post(&acme.admin, "/revocation-events", all).await.expect(StatusCode::CREATED);
    world.get(&again, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn users_change_themselves_and_nobody_else() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let grace = world.user(&acme, "grace@example.com").await;
    let (own, other) = (format!("/users/{}", ada.id), format!("/users/{}", grace.id));
    let named = world.patch(&ada, &own, json!({ "display_name": "Ada" })).await.expect(StatusCode::OK);
    assert_eq!(named.body["display_name"], "Ada");
    for change in [json!({ "role": "admin" }), json!({ "disabled": false })] {
        world.patch(&ada, &own, change).await.expect_problem(StatusCode::FORBIDDEN);
    }
    // The same whether there is such a user or not.
    for path in [other, format!("/users/{}", uuid::Uuid::now_v7())] {
        for (method, body) in [
            (Method::GET, None),
            (Method::PATCH, Some(json!({ "display_name": "x" }))),
            (Method::DELETE, None),
        ] {
            world.of(method, &ada, &path, body).await.expect_problem(StatusCode::FORBIDDEN);
        }
    }
    world.get(&ada, "/users").await.expect_problem(StatusCode::FORBIDDEN);
    let new = json!({ "email": "x@y.example", "display_name": "x", "password": "a long enough one", "role": "admin" });
    world.post(&ada, "/users", new).await.expect_problem(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_role_that_is_given_or_taken_counts_from_the_next_request_on() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let path = format!("/users/{}", ada.id);
    world.patch(&acme.admin, &path, json!({ "role": "admin" })).await.expect(StatusCode::OK);
    assert_eq!(world.get(&ada, "/users").await.expect(StatusCode::OK).count(), 2);
    world.patch(&acme.admin, &path, json!({ "role": "user" })).await.expect(StatusCode::OK);
    world.get(&ada, "/users").await.expect_problem(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn administrators_create_and_erase_users_with_all_that_is_theirs() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let own = format!("/users/{}", ada.id);
    let key = json!({ "credential_id": "AQID", "public_key": "BAUG", "name": "key" });
    world.post(&ada, &format!("{own}/webauthn-credentials"), key).await.expect(StatusCode::CREATED);
    let consent = json!({ "purpose": "news", "granted": true, "policy_version": "1" });
    world.post(&ada, &format!("{own}/consents"), consent).await.expect(StatusCode::CREATED);
    let tables = ["sessions", "refresh_tokens", "webauthn_credentials", "consent_audits"];
    let left = |table| format!("SELECT count(*) FROM {table} WHERE user_id = '{}'", ada.id);
    for table in tables {
        assert_eq!(world.truth_of(&left(table)).await, "1", "{table}");
    }
    world.delete(&acme.admin, &own).await.expect(StatusCode::NO_CONTENT);
    world.get(&ada, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    for table in tables {
        assert_eq!(world.truth_of(&left(table)).await, "0", "{table}");
    }
}

#[tokio::test]
async fn policies_keep_users_of_one_tenant_apart() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let (role, tenant, user, admin) = (world.config.runtime_role(), acme.id, &ada.id, &acme.admin.id);
    let sql = format!(
        "BEGIN; SET LOCAL ROLE \"{role}\"; SET LOCAL app.current_tenant = '{tenant}'; SET LOCAL app.\"current_user\" = '{user}';
         DO $$ DECLARE n bigint; BEGIN
           SELECT count(*) INTO n FROM sessions WHERE user_id <> '{user}'; IF n > 0 THEN RAISE 'read'; END IF;
           UPDATE sessions SET revoked_at = now() WHERE user_id <> '{user}';
           GET DIAGNOSTICS n = ROW_COUNT; IF n > 0 THEN RAISE 'changed'; END IF;
           UPDATE users SET display_name = 'x' WHERE id <> '{user}';
           GET DIAGNOSTICS n = ROW_COUNT; IF n > 0 THEN RAISE 'renamed'; END IF;
           DELETE FROM users WHERE id <> '{user}';
           GET DIAGNOSTICS n = ROW_COUNT; IF n > 0 THEN RAISE 'erased'; END IF;
           UPDATE users SET display_name = 'me' WHERE id = '{user}';
           GET DIAGNOSTICS n = ROW_COUNT; IF n <> 1 THEN RAISE 'not even oneself'; END IF;
           BEGIN
             INSERT INTO sessions (tenant_id, id, user_id, expires_at) VALUES ('{tenant}', gen_random_uuid(), '{admin}', now());
             RAISE 'forged';
           EXCEPTION WHEN insufficient_privilege THEN NULL;
           END;
           BEGIN
             INSERT INTO consent_audits (id, user_id, purpose, granted, policy_version)
             VALUES (gen_random_uuid(), '{admin}', 'news', true, '1');
             RAISE 'forged';
           EXCEPTION WHEN insufficient_privilege THEN NULL;
           END;
           BEGIN
             INSERT INTO webauthn_credentials (id, user_id, credential_id, public_key, name)
             VALUES (gen_random_uuid(), '{admin}', 'x', 'x', 'x');
             RAISE 'forged';
           EXCEPTION WHEN insufficient_privilege THEN NULL;
           END;
         END $$; ROLLBACK"
    );
    world.database.execute(&sql).await.unwrap();
}

#[tokio::test]
async fn what_is_on_record_stays_as_it_is() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let other = world.sign_in(acme.id, &acme.admin.email).await;
    world.post(&other, "/logout", json!(null)).await.expect(StatusCode::NO_CONTENT);
    let (role, tenant, admin) = (world.config.runtime_role(), acme.id, &acme.admin.id);
    for table in ["revocation_events", "consent_audits"] {
        let sql = format!(
            "BEGIN; SET LOCAL ROLE \"{role}\"; SET LOCAL app.current_tenant = '{tenant}'; SET LOCAL app.\"current_user\" = '{admin}';
             DO $$ DECLARE n bigint; BEGIN
               UPDATE {table} SET user_id = user_id;
               GET DIAGNOSTICS n = ROW_COUNT; IF n > 0 THEN RAISE 'changed'; END IF;
               DELETE FROM {table};
               GET DIAGNOSTICS n = ROW_COUNT; IF n > 0 THEN RAISE 'removed'; END IF;
             END $$; ROLLBACK"
        );
        world.database.execute(&sql).await.unwrap();
    }
    assert_eq!(world.get(&acme.admin, "/revocation-events").await.expect(StatusCode::OK).count(), 1);
}
