//! An existing database is adopted table by table: what is pending is left alone and out of reach, each step can be
//! rehearsed, and each can be taken back.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy knows tests, but not what they share"
)]
#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

use tenant_db::database::{DatabaseConfig, Migrator, migrations};
use tenant_db::doctor::{self, Report, Severity};
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{
    AnyRole, Error, Identity, Model, TenantContext, TenantDb, TenantKey, TenantScoped, danger, prelude::*,
};

diesel::table! {
    contracts (customer, id) {
        customer -> Text,
        id -> BigInt,
        title -> Text,
    }
}

diesel::table! {
    positions (customer, id) {
        customer -> Text,
        id -> BigInt,
        contract -> BigInt,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct CustomerId(String);

#[derive(Debug, TenantScoped)]
#[tenant(table = contracts, column = customer, key = CustomerId)]
struct Contract {
    id: i64,
    #[allow(dead_code, reason = "read by Debug")]
    title: String,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = positions, column = customer, key = CustomerId)]
struct Position {
    id: i64,
}

const LEGACY: &str = "
    CREATE TABLE contracts (id bigserial PRIMARY KEY, customer text, title text NOT NULL);
    CREATE TABLE positions (id bigserial PRIMARY KEY, customer text, contract bigint NOT NULL);
    INSERT INTO contracts (customer, title) VALUES ('a', 'one'), ('b', 'two');
    INSERT INTO positions (customer, contract) VALUES ('a', 1), ('b', 2), ('b', 2);";

struct Legacy {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl Legacy {
    async fn new() -> Self {
        Self::with("").await
    }

    async fn with(more: &str) -> Self {
        let config = DatabaseConfig::default().with_role_prefix(&unique_name("a")).unwrap();
        let setup = DatabaseSetup::new().statement(LEGACY).statement(more);
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        Self { database, config }
    }

    /// Half of the way: contracts are adopted, positions are not.
    fn halfway(&self) -> DatabaseConfig {
        self.config.clone().with_pending([Position::META])
    }

    fn migrator(&self, config: DatabaseConfig) -> Migrator {
        Migrator::new(self.database.admin_url()).isolation(config)
    }

    async fn report(&self, config: &DatabaseConfig) -> Report {
        doctor::check(&self.database.url(config.runtime_role()), config).await.unwrap()
    }

    async fn connect(&self, config: DatabaseConfig) -> tenant_db::Result<TenantDb> {
        TenantDb::builder(self.database.url(config.runtime_role())).database(config).connect().await
    }

    async fn value(&self, sql: &str) -> String {
        self.database.query_text(sql).await.unwrap().remove(0).remove(0).unwrap()
    }
}

fn customer(name: &str) -> TenantContext<AnyRole, CustomerId> {
    danger::context("a test has no users", Identity::new(CustomerId::from(name.to_owned()), "test")).unwrap()
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings().iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn tables_are_adopted_one_after_the_other() {
    let legacy = Legacy::new().await;
    let (all, halfway) = (legacy.config.clone(), legacy.halfway());
    let none = halfway.clone().with_pending([Contract::META]);
    assert_eq!(migrations(&none).unwrap().len(), 1);

    assert_eq!(legacy.migrator(none.clone()).run().await.unwrap(), ["tenant_db_base"]);
    assert_eq!(legacy.migrator(halfway.clone()).run().await.unwrap(), ["tenant_db_isolate_contracts"]);
    assert_eq!(legacy.report(&halfway).await.findings(), []);
    let untouched = "SELECT (relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))::text \
                     FROM pg_class c WHERE relname = 'positions'";
    assert_eq!(legacy.value(untouched).await, "false");

    // A program that does not say how far the adoption is does not start.
    let refused = legacy.connect(all.clone()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Misconfigured(report) if codes(report).contains(&"TD206")),
        "{refused}"
    );

    assert_eq!(legacy.migrator(all.clone()).run().await.unwrap(), ["tenant_db_isolate_positions"]);
    assert_eq!(legacy.report(&all).await.findings(), []);
}

#[tokio::test]
async fn a_pending_table_is_out_of_the_programs_reach() {
    let legacy = Legacy::new().await;
    let halfway = legacy.halfway();
    legacy.migrator(halfway.clone()).run().await.unwrap();
    let db = legacy.connect(halfway).await.unwrap();
    let b = customer("b");
    assert_eq!(db.scoped::<Contract>(&b).load().await.unwrap().len(), 1);
    let refused = db.scoped::<Position>(&b).load().await.unwrap_err();
    assert!(matches!(refused, Error::Forbidden { .. }), "{refused}");
}

#[tokio::test]
async fn a_pending_table_within_reach_keeps_the_program_from_starting() {
    for (grant, remedies) in [
        ("GRANT SELECT ON positions TO PUBLIC", "REVOKE ALL ON TABLE positions FROM PUBLIC;"),
        ("GRANT UPDATE (contract) ON positions TO {runtime}", "REVOKE ALL ON TABLE positions FROM "),
        (
            "CREATE ROLE {runtime}_g; GRANT DELETE ON positions TO {runtime}_g; GRANT {runtime}_g TO {runtime}",
            "REVOKE ALL ON TABLE positions FROM ",
        ),
    ] {
        let legacy = Legacy::new().await;
        let halfway = legacy.halfway();
        legacy.migrator(halfway.clone()).run().await.unwrap();
        let grant = grant.replace("{runtime}", halfway.runtime_role());
        legacy.database.execute(&grant).await.unwrap();

        let report = legacy.report(&halfway).await;
        assert_eq!(codes(&report), ["TD501"], "{grant}\n{report}");
        assert!(!report.is_ok());
        let remedy = &report.findings()[0].remedy;
        assert!(remedy.contains(remedies), "{remedy}");
        legacy.database.execute(remedy).await.unwrap();
        assert_eq!(legacy.report(&halfway).await.findings(), [], "after {remedy}");
    }
}

#[tokio::test]
async fn a_program_that_owns_a_pending_table_does_not_start() {
    let legacy = Legacy::new().await;
    let halfway = legacy.halfway();
    legacy.migrator(halfway.clone()).run().await.unwrap();
    let own = format!("ALTER TABLE positions OWNER TO {}", halfway.runtime_role());
    legacy.database.execute(&own).await.unwrap();
    let report = legacy.report(&halfway).await;
    assert_eq!(codes(&report), ["TD501"], "{report}");
    assert!(report.findings()[0].remedy.contains("owns it"), "{report}");
}

#[tokio::test]
async fn a_database_that_is_ahead_of_the_program_is_verified_and_warned_of() {
    let legacy = Legacy::new().await;
    let (all, halfway) = (legacy.config.clone(), legacy.halfway());
    legacy.migrator(all).run().await.unwrap();
    let report = legacy.report(&halfway).await;
    assert_eq!(codes(&report), ["TD502"], "{report}");
    assert_eq!(report.findings()[0].severity, Severity::Warning);
    let db = legacy.connect(halfway.clone()).await.unwrap();
    assert_eq!(db.scoped::<Position>(&customer("b")).load().await.unwrap().len(), 2);

    // It is verified as every other table.
    legacy.database.execute("DROP POLICY positions_tenant_isolation ON positions").await.unwrap();
    assert_eq!(codes(&legacy.report(&halfway).await), ["TD301", "TD502"]);
}

#[tokio::test]
async fn a_rehearsal_finds_what_would_fail_and_leaves_nothing() {
    let legacy = Legacy::with("INSERT INTO positions (contract) VALUES (1)").await;
    let left = "SELECT count(*)::text FROM pg_class WHERE relname IN ('undo', '__diesel_schema_migrations')";
    let pending = legacy.migrator(legacy.halfway()).pending().await.unwrap();
    assert_eq!(legacy.value(left).await, "0");
    let rehearsed = legacy.migrator(legacy.halfway()).rehearse().await.unwrap();
    assert_eq!(pending, rehearsed);
    assert_eq!(rehearsed, ["tenant_db_base", "tenant_db_isolate_contracts"]);
    assert_eq!(legacy.value(left).await, "0");

    let refused = legacy.migrator(legacy.config.clone()).rehearse().await.unwrap_err().to_string();
    assert!(refused.contains("tenant_db_isolate_positions") && refused.contains("no tenant"), "{refused}");
    assert_eq!(legacy.value(left).await, "0");
    let roles =
        format!("SELECT count(*)::text FROM pg_roles WHERE rolname = '{}'", legacy.config.owner_role());
    assert_eq!(legacy.value(&roles).await, "0");
}

#[tokio::test]
async fn each_step_can_be_taken_back_by_name() {
    let legacy = Legacy::new().await;
    let all = legacy.config.clone();
    legacy.migrator(all.clone()).run().await.unwrap();
    // Not the last one in the order of versions: the order of adoption is the operator's.
    legacy.migrator(all.clone()).revert("tenant_db_isolate_contracts").await.unwrap();
    let pending = all.clone().with_pending([Contract::META]);
    assert_eq!(legacy.report(&pending).await.findings(), []);
    assert_eq!(legacy.migrator(all.clone()).run().await.unwrap(), ["tenant_db_isolate_contracts"]);
    assert_eq!(legacy.report(&all).await.findings(), []);

    for (name, reason) in
        [("tenant_db_isolate_x", "no source"), ("tenant_db_isolate_contracts", "not been applied")]
    {
        if reason == "not been applied" {
            legacy.migrator(all.clone()).revert(name).await.unwrap();
        }
        let refused = legacy.migrator(all.clone()).revert(name).await.unwrap_err();
        assert!(matches!(&refused, Error::Migration { migration, .. } if migration == name), "{refused}");
        assert!(refused.to_string().contains(reason), "{refused}");
    }
}

#[tokio::test]
async fn a_transaction_can_be_opened_before_its_first_statement() {
    let legacy = Legacy::new().await;
    legacy.migrator(legacy.config.clone()).run().await.unwrap();
    let db = legacy.connect(legacy.config.clone()).await.unwrap();
    let tx = db.begin(&customer("b")).await.unwrap();
    let open = format!(
        "SELECT count(*)::text FROM pg_stat_activity WHERE usename = '{}' AND state = 'idle in transaction'",
        legacy.config.runtime_role()
    );
    assert_eq!(legacy.value(&open).await, "0");
    tx.ensure_open().await.unwrap();
    assert_eq!(legacy.value(&open).await, "1");
    assert_eq!(tx.scoped::<Position>().load().await.unwrap().iter().map(|row| row.id).sum::<i64>(), 5);
    assert_eq!(tx.scoped::<Contract>().load().await.unwrap()[0].id, 2);
    tx.rollback().await;
    assert_eq!(legacy.value(&open).await, "0");
}

/// What is there, and how: rows, keys, policies, owners.
const STATE: &str = "SELECT (SELECT string_agg(t::text, ' ') FROM contracts t)
    || (SELECT string_agg(t::text, ' ') FROM positions t)
    || (SELECT string_agg(format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), ' ' ORDER BY conname)
        FROM pg_constraint WHERE conrelid IN ('contracts'::regclass, 'positions'::regclass))
    || (SELECT string_agg(format('%s %s %s %s', relname, relowner, relacl, relrowsecurity), ' ' ORDER BY relname)
        FROM pg_class WHERE relname IN ('contracts', 'positions'))";

#[tokio::test]
async fn rows_that_cannot_stay_are_named_before_anything_changes() {
    let reference =
        "ALTER TABLE positions ADD CONSTRAINT of_contract FOREIGN KEY (contract) REFERENCES contracts";
    for (mutation, told) in [
        ("UPDATE contracts SET customer = NULL", "2 rows of table \"public\".\"contracts\" belong to no tenant"),
        ("UPDATE contracts SET customer = '' WHERE id = 1", "1 rows of table \"public\".\"contracts\" have a tenant that no program"),
        ("UPDATE contracts SET customer = repeat('ä', 513) WHERE id = 1", "longer than 1024 bytes"),
        (
            "ALTER TABLE contracts DROP CONSTRAINT contracts_pkey; UPDATE contracts SET customer = 'a', id = 1",
            "1 values of the primary key are there more than once",
        ),
        (
            "ALTER TABLE contracts DROP CONSTRAINT contracts_pkey; ALTER TABLE contracts ALTER id DROP NOT NULL;
             UPDATE contracts SET id = NULL",
            "2 rows of table \"public\".\"contracts\" have no primary key",
        ),
        (
            &format!("{reference}; UPDATE positions SET contract = 1"),
            "2 rows of public.positions refer to rows of public.contracts that belong to another tenant",
        ),
    ] {
        let legacy = Legacy::with(mutation).await;
        let none = legacy.halfway().with_pending([Contract::META]);
        legacy.migrator(none).run().await.unwrap();
        let before = legacy.value(STATE).await;
        let mut refusal = legacy.migrator(legacy.halfway()).run().await.map(|_| String::new()).unwrap_or_else(|error| error.to_string());
        if refusal.is_empty() {
            let halfway = legacy.value(STATE).await;
            refusal = legacy.migrator(legacy.config.clone()).run().await.unwrap_err().to_string();
            assert_eq!(legacy.value(STATE).await, halfway, "{mutation}");
        } else {
            assert_eq!(legacy.value(STATE).await, before, "{mutation}");
        }
        assert!(refusal.contains(told), "{mutation}: {refusal}");
        assert!(refusal.contains("run this again"), "{mutation}: {refusal}");
    }
}

#[tokio::test]
async fn several_problems_are_told_at_once() {
    let legacy = Legacy::with("INSERT INTO contracts (customer, title) VALUES (NULL, 'x'), ('', 'y')").await;
    let refusal = legacy.migrator(legacy.halfway()).run().await.unwrap_err().to_string();
    assert!(
        refusal.contains("belong to no tenant; 1 rows") && refusal.contains("empty or longer"),
        "{refusal}"
    );
}

#[tokio::test]
async fn foreign_keys_carry_the_tenant_once_both_tables_are_adopted() {
    for first in [Contract::META, Position::META] {
        let legacy = Legacy::with(
            "ALTER TABLE positions ADD CONSTRAINT of_contract FOREIGN KEY (contract) REFERENCES contracts ON DELETE CASCADE",
        )
        .await;
        let second = if first.table == "contracts" { Position::META } else { Contract::META };
        let key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'of_contract'";
        let before = legacy.value(key).await;
        let halfway = legacy.config.clone().with_pending([second]);
        legacy.migrator(halfway.clone()).run().await.unwrap();
        assert_eq!(legacy.value(key).await, before);
        assert!(legacy.report(&halfway).await.is_ok());

        legacy.migrator(legacy.config.clone()).run().await.unwrap();
        let carried = "FOREIGN KEY (customer, contract) REFERENCES contracts(customer, id) ON DELETE CASCADE";
        assert_eq!(legacy.value(key).await, carried);
        let report = legacy.report(&legacy.config).await;
        assert_eq!(report.findings(), [], "{report}");
        let kept = "SELECT count(*)::text FROM pg_constraint WHERE conname = 'contracts_without_tenant_key'";
        assert_eq!(legacy.value(kept).await, "0");

        legacy
            .migrator(legacy.config.clone())
            .revert(format!("tenant_db_isolate_{}", first.table))
            .await
            .unwrap();
        assert_eq!(legacy.value(key).await, before);
        let left = legacy.config.clone().with_pending([first]);
        assert!(legacy.report(&left).await.is_ok());
    }
}

#[tokio::test]
async fn a_policy_that_was_there_is_set_aside_and_comes_back() {
    let legacy = Legacy::with(
        "ALTER TABLE contracts ENABLE ROW LEVEL SECURITY;
         CREATE POLICY customer_isolation_policy ON contracts USING (customer = current_setting('app.current_customer_id'));
         CREATE POLICY for_reports ON contracts FOR SELECT TO pg_monitor USING (true);",
    )
    .await;
    let policies = "SELECT string_agg(format('%s %s %s', polname, polroles::regrole[], pg_get_expr(polqual, polrelid)), ' ' ORDER BY polname) \
                    FROM pg_policy WHERE NOT polname LIKE '%tenant%'";
    let before = legacy.value(policies).await;
    legacy.migrator(legacy.halfway()).run().await.unwrap();
    let report = legacy.report(&legacy.halfway()).await;
    assert_eq!(report.findings(), [], "{report}");
    let db = legacy.connect(legacy.halfway()).await.unwrap();
    assert_eq!(db.scoped::<Contract>(&customer("a")).load().await.unwrap().len(), 1);

    // In force again, it is a finding again.
    legacy.database.execute("ALTER POLICY for_reports ON contracts TO PUBLIC").await.unwrap();
    assert_eq!(codes(&legacy.report(&legacy.halfway()).await), ["TD303"]);

    legacy.migrator(legacy.config.clone()).revert("tenant_db_isolate_contracts").await.unwrap();
    assert_eq!(legacy.value(policies).await, before);
}
