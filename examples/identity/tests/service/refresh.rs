//! Refresh tokens: each is good once, and a second use ends everything that came of it.

use std::time::Duration;

use crate::world::World;
use axum::http::StatusCode;
use identity::Lifetimes;

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_another_one() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let first = acme.admin.clone();
    let second = world.refresh(acme.id, &first.refresh_token).await.expect(StatusCode::OK);
    let second = second.person(acme.id, &first.email);
    assert_eq!(second.session, first.session);
    assert_ne!(second.refresh_token, first.refresh_token);
    world.get(&second, "/sessions").await.expect(StatusCode::OK);
    let third = world.refresh(acme.id, &second.refresh_token).await.expect(StatusCode::OK);
    world.refresh(acme.id, &third.text_of("refresh_token")).await.expect(StatusCode::OK);
    let families =
        world.truth_of("SELECT count(DISTINCT family_id) || '/' || count(*) FROM refresh_tokens").await;
    assert_eq!(families, "1/4");
}

#[tokio::test]
async fn a_used_token_ends_the_family_and_its_session_and_goes_on_record() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let ada = world.user(&acme, "ada@example.com").await;
    let elsewhere = world.sign_in(acme.id, &ada.email).await;
    let next = world.refresh(acme.id, &ada.refresh_token).await.expect(StatusCode::OK);
    let next = next.person(acme.id, &ada.email);

    world.refresh(acme.id, &ada.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);

    // What the thief or the owner got meanwhile is worth nothing, and the session is over.
    world.refresh(acme.id, &next.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);
    world.get(&next, "/sessions").await.expect_problem(StatusCode::UNAUTHORIZED);
    // Another sign-in of the same user is another family.
    world.refresh(acme.id, &elsewhere.refresh_token).await.expect(StatusCode::OK);
    let events = world.get(&acme.admin, "/revocation-events").await.expect(StatusCode::OK);
    assert_eq!(events.count(), 1);
    assert_eq!(events.body[0]["reason"], "refresh_token_reused");
    assert_eq!(events.body[0]["user_id"], ada.id.as_str());
    assert_eq!(events.body[0]["session_id"], ada.session.as_str());
    let left = "SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id \
                WHERE s.revoked_at IS NOT NULL AND t.revoked_at IS NULL";
    assert_eq!(world.truth_of(left).await, "0");
}

#[tokio::test]
async fn of_two_who_present_one_token_at_once_exactly_one_wins() {
    let world = World::new().await;
    let acme = world.tenant().await;
    for round in 0..8 {
        let ada = world.sign_in(acme.id, &acme.admin.email).await;
        let (one, other) = tokio::join!(
            world.refresh(acme.id, &ada.refresh_token),
            world.refresh(acme.id, &ada.refresh_token)
        );
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED], "{} {}", one.text, other.text);
        // Which of the two was the thief nobody knows, so the winner's token is worth nothing either.
        let winner = if one.status == StatusCode::OK { one } else { other };
        let refused = world.refresh(acme.id, &winner.text_of("refresh_token")).await;
        refused.expect_problem(StatusCode::UNAUTHORIZED);
        let reused = "SELECT count(*) FROM revocation_events WHERE reason = 'refresh_token_reused'";
        assert_eq!(world.truth_of(reused).await, (round + 1).to_string());
    }
}

#[tokio::test]
async fn of_many_who_present_one_token_at_once_exactly_one_wins() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let requests = (0..8).map(|_| world.refresh(acme.id, &acme.admin.refresh_token));
    let mut won = 0;
    let mut requests: Vec<_> = requests.map(Box::pin).collect();
    let answers = std::future::poll_fn(|context| {
        let mut answers = Vec::new();
        requests.retain_mut(|request| match request.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        won += answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        if requests.is_empty() { std::task::Poll::Ready(won) } else { std::task::Poll::Pending }
    });
    assert_eq!(answers.await, 1);
    assert_eq!(world.truth_of("SELECT count(*) FROM revocation_events").await, "1");
}

#[tokio::test]
async fn a_token_of_another_tenant_is_none_and_harms_nobody() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    for _ in 0..2 {
        world.refresh(globex.id, &acme.admin.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);
    }
    for nonsense in ["", "x", &acme.admin.refresh_token[..40], &format!("{}x", acme.admin.refresh_token)] {
        world.refresh(acme.id, nonsense).await.expect_problem(StatusCode::UNAUTHORIZED);
    }
    // With the name of another user in front it is not found either.
    let ada = world.user(&acme, "ada@example.com").await;
    let secret = acme.admin.refresh_token.split_once('.').unwrap().1;
    let forged = format!("{}.{secret}", ada.id.replace('-', ""));
    world.refresh(acme.id, &forged).await.expect_problem(StatusCode::UNAUTHORIZED);
    world.refresh(acme.id, &acme.admin.refresh_token).await.expect(StatusCode::OK);
    assert_eq!(world.truth_of("SELECT count(*) FROM revocation_events").await, "0");
}

#[tokio::test]
async fn a_token_is_good_for_its_time_only() {
    let mut lifetimes = Lifetimes::default();
    lifetimes.refresh = Duration::from_secs(1);
    let world = World::with(lifetimes).await;
    let acme = world.tenant().await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    world.refresh(acme.id, &acme.admin.refresh_token).await.expect_problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_database_holds_hashes_and_nothing_that_could_be_used() {
    let world = World::new().await;
    let acme = world.tenant().await;
    let everything = "SELECT string_agg(t::text, ' ') FROM (SELECT u::text FROM users u UNION ALL \
                      SELECT s::text FROM sessions s UNION ALL SELECT r::text FROM refresh_tokens r) AS t";
    let everything = world.truth_of(everything).await;
    assert!(everything.contains("argon2id"), "{everything}");
    let secret = acme.admin.refresh_token.split_once('.').unwrap().1;
    for text in [secret, &acme.admin.access_token, crate::world::PASSWORD] {
        assert!(!everything.contains(text));
    }
    assert!(!format!("{:?}", world.service).contains("PRIVATE"));
}
