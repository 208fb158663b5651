//! The role that the program logs in as: an administrator's is told apart, and no remedy locks anybody out.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy knows tests, but not what they share")]

use tenant_db::__private::{ModelParts, inventory, model_meta};
use tenant_db::KeyKind;
use tenant_db::database::{DatabaseConfig, Migrator};
use tenant_db::doctor::{self, Report, Severity};
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};

inventory::submit! {
    model_meta(ModelParts {
        name: "Customer",
        module: "verification_login",
        schema: None,
        table: "customers",
        tenant_column: "tenant_id",
        key: KeyKind::Uuid,
        primary_key: &["id"],
        columns: &[],
        defaults: &[],
        generated_key: false,
        table_sql: || "\"customers\"".to_owned(),
    })
}

struct World {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl World {
    async fn isolated() -> Self {
        let config = DatabaseConfig::default().with_role_prefix(&unique_name("l")).unwrap();
        let setup =
            DatabaseSetup::new().statement("CREATE TABLE customers (id uuid PRIMARY KEY, tenant_id uuid)");
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        Migrator::new(database.admin_url()).isolation(config.clone()).run().await.unwrap();
        Self { database, config }
    }

    async fn execute(&self, sql: &str) {
        self.database.execute(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    async fn report(&self, url: &str) -> Report {
        doctor::check(url, &self.config).await.unwrap()
    }

    /// What the role that is made with `sql` is told. It has the rights of the runtime role.
    async fn report_of(&self, sql: &str) -> (String, Report) {
        let role = unique_name("other");
        let sql = sql.replace("{role}", &role).replace("{owner}", self.config.owner_role());
        self.execute(&sql).await;
        let runtime = self.config.runtime_role();
        self.execute(&format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO {role}; GRANT USAGE ON SCHEMA public, tenant_db TO {role};
             GRANT EXECUTE ON FUNCTION tenant_db.tenant_uuid() TO {role}"
        ))
        .await;
        assert_ne!(role, runtime);
        (role.clone(), self.report(&self.database.url(&role)).await)
    }

    /// One finding, which sends the program to the runtime role and leaves the other one alone.
    fn expect_sent_away(&self, report: &Report, why: &str) {
        let [finding] = report.findings() else { panic!("{report}") };
        assert_eq!((finding.code, finding.severity), ("TD112", Severity::Error), "{report}");
        assert!(finding.problem.contains(why), "{why}: {report}");
        assert!(
            finding.remedy.contains(&format!("postgresql://{}:…@…", self.config.runtime_role())),
            "{report}"
        );
        let text = report.to_string();
        assert!(finding.remedy.lines().all(|line| line.starts_with("--")), "{text}");
        for sql in ["ALTER ROLE", "REVOKE", "GRANT", "Run the statements"] {
            assert!(!text.contains(sql), "{sql}: {text}");
        }
    }
}

#[tokio::test]
async fn a_superuser_s_url_is_sent_to_the_runtime_role_and_the_superuser_left_alone() {
    let world = World::isolated().await;
    let report = world.report(world.database.admin_url()).await;
    world.expect_sent_away(&report, "is a superuser");
    let (_, report) = world.report_of("CREATE ROLE {role} LOGIN SUPERUSER").await;
    world.expect_sent_away(&report, "is a superuser");
}

#[tokio::test]
async fn the_migrator_and_the_owner_are_sent_to_the_runtime_role() {
    let world = World::isolated().await;
    let report = world.report(&world.database.url(world.config.migrator_role())).await;
    world.expect_sent_away(&report, "runs migrations");
    world.execute(&format!("ALTER ROLE {} LOGIN", world.config.owner_role())).await;
    let report = world.report(&world.database.url(world.config.owner_role())).await;
    world.expect_sent_away(&report, "is the owner");
}

#[tokio::test]
async fn roles_of_administrators_are_sent_to_the_runtime_role() {
    for (sql, why) in [
        ("CREATE ROLE {role} LOGIN CREATEROLE", "has CREATEROLE"),
        ("CREATE ROLE {role} LOGIN CREATEDB BYPASSRLS", "has BYPASSRLS"),
        ("CREATE ROLE {role} LOGIN CREATEDB REPLICATION", "has REPLICATION"),
        ("CREATE ROLE {role} LOGIN; GRANT {owner} TO {role}", "can become"),
        (
            "CREATE ROLE {role}_s SUPERUSER; CREATE ROLE {role} LOGIN; GRANT {role}_s TO {role}",
            "is a superuser",
        ),
        ("CREATE ROLE {role} LOGIN; GRANT pg_read_all_data TO {role}", "can become pg_read_all_data"),
    ] {
        let world = World::isolated().await;
        let (_, report) = world.report_of(sql).await;
        world.expect_sent_away(&report, why);
    }
}

#[tokio::test]
async fn what_the_database_lacks_is_still_told_to_an_administrator() {
    let world = World::isolated().await;
    world.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await;
    let report = world.report(world.database.admin_url()).await;
    let codes: Vec<_> = report.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["TD112", "TD206"], "{report}");
}

#[tokio::test]
async fn a_fit_login_role_of_another_name_is_allowed() {
    let world = World::isolated().await;
    let (_, report) = world.report_of("CREATE ROLE {role} LOGIN").await;
    assert_eq!(report.findings(), [], "{report}");
}

#[tokio::test]
async fn a_login_of_the_program_s_own_with_a_stray_attribute_is_mended_by_sql() {
    let world = World::isolated().await;
    let (role, report) = world.report_of("CREATE ROLE {role} LOGIN BYPASSRLS").await;
    let [finding] = report.findings() else { panic!("{report}") };
    assert_eq!(finding.code, "TD102");
    world.execute(&finding.remedy).await;
    let mended = world.report(&world.database.url(&role)).await;
    assert_eq!(mended.findings(), [], "{mended}");
}
