//! Policies, indexes and functions are called as the requirement calls them, and are what their names promise.

use identity::database::{migrate, policies, tables};
use tenant_db::TenantDb;
use tenant_db::database::Migrator;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, unique_name};

use crate::world::World;

/// Every table of the service, and the index that its policies rest on.
pub(crate) const TABLES: [(&str, &str, &str); 7] = [
    ("users", "IDX_users_tenant_rls", "tenant_id"),
    ("sessions", "IDX_sessions_tenant_rls", "tenant_id"),
    ("refresh_tokens", "IDX_refresh_tokens_tenant_rls", "tenant_id"),
    ("webauthn_credentials", "IDX_webauthn_credentials_user_rls", "user_id"),
    ("revocation_events", "IDX_revocation_events_tenant_rls", "tenant_id"),
    ("consent_audits", "IDX_consent_audits_user_rls", "user_id"),
    ("signing_keys", "IDX_signing_keys_tenant_rls", "tenant_id"),
];

#[tokio::test]
async fn every_table_has_forced_row_level_security_and_its_policy_for_all_commands() {
    let world = World::new().await;
    for (table, ..) in TABLES {
        let flags = format!(
            "SELECT relrowsecurity::text || ' ' || relforcerowsecurity::text FROM pg_class WHERE oid = '{table}'::regclass"
        );
        assert_eq!(world.truth_of(&flags).await, "true true", "{table}");
        let policy = format!(
            "SELECT cmd || ' ' || permissive || ' ' || (with_check IS NOT NULL)::text FROM pg_policies \
             WHERE tablename = '{table}' AND policyname = '{table}_tenant_isolation'"
        );
        // RESTRICTIVE: stricter than the requirement's own, which a second policy would widen.
        assert_eq!(world.truth_of(&policy).await, "ALL RESTRICTIVE true", "{table}");
        let check = format!(
            "SELECT (qual LIKE '%check_tenant_access(%') AND with_check LIKE '%check_tenant_access(%' FROM pg_policies \
             WHERE tablename = '{table}' AND policyname = '{table}_tenant_access' AND permissive = 'RESTRICTIVE'"
        );
        assert_eq!(world.truth_of(&check).await, "t", "{table}");
    }
}

#[tokio::test]
async fn every_index_is_there_on_its_column() {
    let world = World::new().await;
    for (table, index, column) in TABLES {
        let definition = format!("SELECT indexdef FROM pg_indexes WHERE indexname = '{index}'");
        let definition = world.truth_of(&definition).await;
        assert!(definition.ends_with(&format!("ON public.{table} USING btree ({column})")), "{definition}");
    }
}

#[tokio::test]
async fn the_check_functions_are_safe_to_run_with_their_owners_rights() {
    let world = World::new().await;
    for function in ["check_tenant_access", "check_user_access"] {
        let facts = format!(
            "SELECT p.prosecdef, p.provolatile, p.proconfig::text, p.proleakproof, pg_get_function_result(p.oid),
                    r.rolsuper OR r.rolbypassrls OR r.rolcanlogin, has_function_privilege('{runtime}', p.oid, 'EXECUTE'),
                    EXISTS (SELECT FROM aclexplode(p.proacl) AS entry WHERE entry.grantee = 0)
             FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.oid = 'public.{function}(uuid)'::regprocedure",
            runtime = world.config.runtime_role()
        );
        let facts: Vec<String> =
            world.truth(&facts).await.remove(0).into_iter().map(Option::unwrap_or_default).collect();
        assert_eq!(
            facts,
            ["t", "s", r#"{"search_path=pg_catalog, pg_temp"}"#, "f", "boolean", "f", "t", "f"],
            "{function}"
        );
    }
}

#[tokio::test]
async fn the_migrations_make_what_the_models_promise_and_can_be_taken_back() {
    let server = Postgres::shared().await.unwrap();
    let config = identity::database::config(&unique_name("identity")).unwrap();
    let database = server.create_database(&DatabaseSetup::new()).await.unwrap();
    let objects =
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ 'diesel'";
    let applied = migrate(database.admin_url(), &config).await.unwrap();
    assert!(applied.len() >= 4 + 1 + 7 + 2, "{applied:?}");
    assert!(migrate(database.admin_url(), &config).await.unwrap().is_empty());
    if !matches!(server.source(), ServerSource::FromEnvironment { throwaway: false, .. }) {
        // On another server the roles that the migrations have made get their passwords by hand.
        let url = server.url(config.runtime_role(), database.name());
        TenantDb::builder(url).database(config.clone()).connect().await.unwrap();
    }
    let all = Migrator::new(database.admin_url()).folder(tables()).folder(policies()).isolation(config);
    all.revert_all().await.unwrap();
    assert_eq!(database.query_text(objects).await.unwrap()[0][0].as_deref(), Some("0"));
}

#[tokio::test]
async fn references_carry_the_tenant_where_there_is_one() {
    let world = World::new().await;
    let references = "SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint \
                      WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1";
    let references: Vec<String> = world.truth(references).await.into_iter().flatten().flatten().collect();
    assert_eq!(
        references,
        [
            "consent_audits: FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
            "refresh_tokens: FOREIGN KEY (tenant_id, session_id) REFERENCES sessions(tenant_id, id) ON DELETE CASCADE",
            "refresh_tokens: FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE",
            "sessions: FOREIGN KEY (tenant_id, user_id) REFERENCES users(tenant_id, id) ON DELETE CASCADE",
            "webauthn_credentials: FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
        ]
    );
}
