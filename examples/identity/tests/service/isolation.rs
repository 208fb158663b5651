//! Two tenants over HTTP: for each resource, what belongs to the other is not there.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{PASSWORD, Person, World};

/// Everything that there is, as a superuser sees it.
const EVERYTHING: &str = "
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
      SELECT u::text FROM users u UNION ALL SELECT s::text FROM sessions s UNION ALL SELECT r::text FROM refresh_tokens r
      UNION ALL SELECT e::text FROM revocation_events e UNION ALL SELECT k::text FROM signing_keys k
      UNION ALL SELECT w::text FROM webauthn_credentials w UNION ALL SELECT c::text FROM consent_audits c) AS t (line)";

/// One of each, of the tenant of `person`: the list that it is in, its own path, and how it would be changed.
async fn one_of_each(world: &World, person: &Person) -> Vec<(String, String, Value)> {
    let mut things = Vec::new();
    let of_user = format!("/users/{}", person.id);
    for (list, path, change) in [
        ("/users".to_owned(), "/users", json!({ "display_name": "stolen" })),
        ("/sessions".to_owned(), "/sessions", Value::Null),
        ("/refresh-tokens".to_owned(), "/refresh-tokens", Value::Null),
        ("/signing-keys".to_owned(), "/signing-keys", Value::Null),
        ("/revocation-events".to_owned(), "/revocation-events", Value::Null),
        (format!("{of_user}/webauthn-credentials"), "/webauthn-credentials", json!({ "name": "stolen" })),
        (format!("{of_user}/consents"), "/consents", Value::Null),
    ] {
        let answer = world.get(person, &list).await.expect(StatusCode::OK);
        let id = answer.body[0]["id"].as_str().unwrap_or_else(|| panic!("nothing in {list}"));
        things.push((path.to_owned(), format!("{path}/{id}"), change));
    }
    things
}

/// So that there is something of everything.
async fn furnish(world: &World, person: &Person) {
    let other = world.sign_in(person.tenant, &person.email).await;
    world.post(&other, "/logout", json!(null)).await.expect(StatusCode::NO_CONTENT);
    let key = json!({ "credential_id": "AQID", "public_key": "BAUG", "name": "key" });
    let path = format!("/users/{}/webauthn-credentials", person.id);
    world.post(person, &path, key).await.expect(StatusCode::CREATED);
    let consent = json!({ "purpose": "news", "granted": true, "policy_version": "1" });
    world.post(person, &format!("/users/{}/consents", person.id), consent).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn nothing_of_another_tenant_is_read_changed_or_removed_and_it_looks_like_nothing() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    for tenant in [&acme, &globex] {
        furnish(&world, &tenant.admin).await;
    }
    let (own, foreign) = (one_of_each(&world, &acme.admin).await, one_of_each(&world, &globex.admin).await);
    let before = world.truth_of(EVERYTHING).await;
    for ((kind, path, change), (_, own, _)) in foreign.iter().zip(&own) {
        world.get(&globex.admin, path).await.expect(StatusCode::OK);
        world.get(&acme.admin, own).await.expect(StatusCode::OK);
        let absent = format!("{kind}/{}", Uuid::now_v7());
        let mut tried = 0;
        for (method, body) in
            [(Method::GET, None), (Method::PATCH, Some(change.clone())), (Method::DELETE, None)]
        {
            let none = world.of(method.clone(), &acme.admin, &absent, body.clone()).await;
            let answer = world.of(method.clone(), &acme.admin, path, body).await;
            // A resource without the verb has it for nobody.
            if none.status != StatusCode::METHOD_NOT_ALLOWED {
                assert_eq!(none.status, StatusCode::NOT_FOUND, "{method} {absent}");
                tried += 1;
            }
            assert_eq!(answer.status, none.status, "{method} {path}");
            assert_eq!(answer.text, none.text, "{method} {path}");
        }
        assert!(tried > 0, "{kind}");
    }
    // What lies below a user of the other tenant is not there, and nothing is put there.
    let (ada, hank) = (&acme.admin, format!("/users/{}", globex.admin.id));
    let key = json!({ "credential_id": "AQIE", "public_key": "BAUG", "name": "key" });
    let consent = json!({ "purpose": "news", "granted": false, "policy_version": "1" });
    for (below, body) in [("webauthn-credentials", key), ("consents", consent)] {
        let path = format!("{hank}/{below}");
        world.get(ada, &path).await.expect_problem(StatusCode::NOT_FOUND);
        world.post(ada, &path, body).await.expect_problem(StatusCode::NOT_FOUND);
    }
    let (_, credential, _) = foreign.iter().find(|(kind, ..)| kind.contains("webauthn")).unwrap();
    let assertion = json!({ "sign_count": 7 });
    world
        .post(ada, &format!("{credential}/assertions"), assertion)
        .await
        .expect_problem(StatusCode::NOT_FOUND);
    let all = json!({ "user_id": globex.admin.id });
    world.post(ada, "/revocation-events", all).await.expect_problem(StatusCode::NOT_FOUND);
    assert_eq!(world.truth_of(EVERYTHING).await, before);
}

#[tokio::test]
async fn a_token_for_another_tenant_is_refused_before_the_database_is_asked() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    world.cut_off_database().await;
    for path in ["/users", "/sessions", "/refresh-tokens", "/revocation-events", "/signing-keys", "/logout"] {
        let method = if path == "/logout" { Method::POST } else { Method::GET };
        let foreign = format!("/tenants/{}{path}", globex.id);
        let answer = world.ask(method.clone(), &foreign, Some(&acme.admin.access_token), None).await;
        answer.expect_problem(StatusCode::FORBIDDEN);
        // With the database gone, nobody gets further than that.
        let own = world.of(method, &acme.admin, path, None).await;
        own.expect_problem(StatusCode::SERVICE_UNAVAILABLE);
    }
}

#[tokio::test]
async fn a_request_without_a_good_token_is_told_how_to_get_one() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let path = format!("/tenants/{}/sessions", acme.id);
    let good = &acme.admin.access_token;
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = world.sign_in(acme.id, &acme.admin.email).await.access_token;
    let (_, other_signature) = other.rsplit_once('.').unwrap();
    let tokens = [
        String::new(),
        "x".to_owned(),
        "a.b.c".to_owned(),
        format!("{signed}."),
        format!("{signed}.{}", signature.chars().rev().collect::<String>()),
        format!("{signed}.{other_signature}"),
    ];
    world.ask(Method::GET, &path, None, None).await.expect_problem(StatusCode::UNAUTHORIZED);
    for token in tokens {
        let answer = world.ask(Method::GET, &path, Some(&token), None).await;
        let answer = answer.expect_problem(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"identity\"", "{token}");
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_makes_no_sense_are_problems_too() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let admin = &acme.admin;
    world.ask(Method::GET, "/nowhere", None, None).await.expect_problem(StatusCode::NOT_FOUND);
    world.ask(Method::GET, "/tenants/acme/users", None, None).await.expect_problem(StatusCode::NOT_FOUND);
    world.get(admin, "/users/not-a-uuid").await.expect_problem(StatusCode::NOT_FOUND);
    world.of(Method::PUT, admin, "/users", None).await.expect_problem(StatusCode::METHOD_NOT_ALLOWED);
    world.post(admin, "/users", Value::Null).await.expect_problem(StatusCode::UNPROCESSABLE_ENTITY);
    world.of(Method::POST, admin, "/users", None).await.expect_problem(StatusCode::BAD_REQUEST);
    let path = format!("/users/{}", admin.id);
    world
        .patch(admin, &path, json!({ "tenant_id": Uuid::nil() }))
        .await
        .expect_problem(StatusCode::UNPROCESSABLE_ENTITY);
    for (email, password) in [("nonsense", PASSWORD), ("a@b.example", "short")] {
        let new = json!({ "email": email, "display_name": "x", "password": password, "role": "user" });
        world.post(admin, "/users", new).await.expect_problem(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn lists_hold_what_is_ones_own() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    for tenant in [&acme, &globex] {
        furnish(&world, &tenant.admin).await;
    }
    let foreign = one_of_each(&world, &globex.admin).await;
    let own = format!("/users/{}", acme.admin.id);
    let (credentials, consents) = (format!("{own}/webauthn-credentials"), format!("{own}/consents"));
    let mut listed = String::new();
    for (list, expected) in [
        ("/users", 1),
        ("/sessions", 2),
        ("/refresh-tokens", 2),
        ("/signing-keys", 1),
        ("/revocation-events", 1),
        (&credentials, 1),
        (&consents, 1),
    ] {
        let answer = world.get(&acme.admin, list).await.expect(StatusCode::OK);
        assert_eq!(answer.count(), expected, "{list}");
        listed.push_str(&answer.text);
    }
    for (_, path, _) in foreign {
        assert!(!listed.contains(path.rsplit('/').next().unwrap()), "{path}");
    }
}

/// The layers apart: SQL that a bug in the service might send as one tenant.
#[tokio::test]
async fn row_level_security_holds_without_the_query_builder() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    let role = world.config.runtime_role();
    for (table, ..) in crate::names::TABLES {
        let tenant_of = match table {
            "webauthn_credentials" | "consent_audits" => {
                "(SELECT u.tenant_id FROM users u WHERE u.id = user_id)"
            }
            _ => "tenant_id",
        };
        let sql = format!(
            "BEGIN; SET LOCAL ROLE \"{role}\"; SET LOCAL app.current_tenant = '{}';
             SET LOCAL app.\"current_user\" = '{}';
             DO $$ DECLARE foreign_rows bigint; touched bigint; BEGIN
               SELECT count(*) INTO foreign_rows FROM {table} WHERE {tenant_of} IS DISTINCT FROM '{}';
               IF foreign_rows > 0 THEN RAISE 'read'; END IF;
               DELETE FROM {table} WHERE {tenant_of} IS DISTINCT FROM '{}';
               GET DIAGNOSTICS touched = ROW_COUNT;
               IF touched > 0 THEN RAISE 'removed'; END IF;
             END $$; ROLLBACK",
            acme.id, acme.admin.id, acme.id, acme.id
        );
        world.database.execute(&sql).await.unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    world.get(&globex.admin, "/sessions").await.expect(StatusCode::OK);
}
