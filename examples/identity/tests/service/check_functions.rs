//! The check functions by themselves, called as the runtime role with various tenants and users.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use tenant_db::{Error, Identity, TenantDb, danger};
use uuid::Uuid;

use crate::world::World;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// Asks as `principal` of `tenant`.
async fn ask(
    world: &World,
    tenant: Uuid,
    principal: &str,
    function: &str,
    target: &str,
) -> Result<bool, Error> {
    let url = world.database.url(world.config.runtime_role());
    let db = TenantDb::builder(url).database(world.config.clone()).pool_size(1).connect().await?;
    let context = danger::context("a test of functions has no users", Identity::new(tenant, principal))?;
    let tx = db.begin(&context).await?;
    let question = format!("SELECT {function}(nullif('{target}', '')::uuid) AS answer");
    let answers: Vec<Answer> = danger::sql(&tx, "a test of functions", question).load().await?;
    Ok(answers[0].answer)
}

#[tokio::test]
async fn check_tenant_access_is_true_for_the_current_tenant_only() {
    let world = World::new().await;
    let (acme, globex) = (Uuid::now_v7(), Uuid::now_v7());
    for (current, target, expected) in [
        (acme, acme.to_string(), true),
        (acme, globex.to_string(), false),
        (globex, globex.to_string(), true),
        (globex, acme.to_string(), false),
        (acme, Uuid::nil().to_string(), false),
        (acme, String::new(), false),
    ] {
        let answer = ask(&world, current, "anybody", "check_tenant_access", &target).await.unwrap();
        assert_eq!(answer, expected, "{current} {target}");
    }
}

#[tokio::test]
async fn check_user_access_is_true_for_oneself_and_for_administrators_of_the_same_tenant() {
    let world = World::new().await;
    let (acme, globex) = (world.tenant().await, world.tenant().await);
    let (ada, grace) =
        (world.user(&acme, "ada@example.com").await, world.user(&acme, "grace@example.com").await);
    let hank = world.user(&globex, "hank@example.com").await;
    let nobody = Uuid::now_v7().to_string();
    for (tenant, principal, target, expected, why) in [
        (acme.id, &ada.id, &ada.id, true, "oneself"),
        (acme.id, &ada.id, &grace.id, false, "another user"),
        (acme.id, &ada.id, &acme.admin.id, false, "the administrator"),
        (acme.id, &acme.admin.id, &ada.id, true, "a user, as the administrator"),
        (acme.id, &acme.admin.id, &hank.id, false, "a user of another tenant, as the administrator"),
        (acme.id, &acme.admin.id, &nobody, false, "nobody, as the administrator"),
        (acme.id, &globex.admin.id, &ada.id, false, "a user, as the administrator of another tenant"),
        (globex.id, &acme.admin.id, &hank.id, false, "a user of a tenant where one is nobody"),
        (globex.id, &globex.admin.id, &hank.id, true, "a user, as the other administrator"),
        (acme.id, &"gate".to_owned(), &ada.id, false, "a user, as a service"),
        (acme.id, &"' OR true --".to_owned(), &ada.id, false, "a user, as nonsense"),
        (acme.id, &acme.admin.id, &String::new(), false, "NULL"),
    ] {
        let answer = ask(&world, tenant, principal, "check_user_access", target).await.unwrap();
        assert_eq!(answer, expected, "{why}");
    }
    // An administrator who is disabled is none.
    let disable = format!("UPDATE users SET disabled_at = now() WHERE id = '{}'", acme.admin.id);
    world.database.execute(&disable).await.unwrap();
    assert!(!ask(&world, acme.id, &acme.admin.id, "check_user_access", &ada.id).await.unwrap());
}

#[tokio::test]
async fn without_a_tenant_or_a_user_they_raise() {
    let world = World::new().await;
    let role = world.config.runtime_role();
    let tenant = format!("SET LOCAL app.current_tenant = '{}'", Uuid::now_v7());
    for (settings, function, message) in [
        ("SELECT 1", "check_tenant_access", "no tenant is set"),
        ("SELECT 1", "check_user_access", "no tenant is set"),
        (tenant.as_str(), "check_user_access", "no user is set"),
        ("SET LOCAL app.current_tenant = ''", "check_tenant_access", "no tenant is set"),
        ("SET LOCAL app.current_tenant = 'x'", "check_tenant_access", "is not a uuid"),
    ] {
        let id = Uuid::now_v7();
        // Told by SQLSTATE: 42501 is a refusal, and nothing else is.
        let sql = format!(
            "BEGIN; SET LOCAL ROLE \"{role}\"; {settings};
             DO $$ BEGIN PERFORM public.{function}('{id}'); RAISE 'it answered';
             EXCEPTION WHEN insufficient_privilege THEN
               IF SQLERRM NOT LIKE '%{message}%' THEN RAISE 'it said %', SQLERRM; END IF;
             END $$; ROLLBACK"
        );
        world.database.execute(&sql).await.unwrap();
    }
}
