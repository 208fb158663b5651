//! First the leak, by plain SQL as the runtime role; then that verification at connect refuses the database. At the end,
//! logins that bypass isolation: they are sent to the runtime role, and no remedy locks an administrator out.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy knows tests, but not what they share")]

use tenant_db::__private::{ModelParts, inventory, model_meta};
use tenant_db::database::{DatabaseConfig, Migrator};
use tenant_db::doctor::{self, Report, Severity};
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{KeyKind, Tenancy};

inventory::submit! {
    model_meta(ModelParts {
        name: "Customer",
        module: "verification_attacks",
        table_sql: || "\"customers\"".to_owned(),
        ..ModelParts::new("customers", Tenancy::Column("tenant_id"), KeyKind::BigInt)
    })
}

const TABLE: &str =
    "CREATE TABLE customers (tenant_id bigint, id bigint, name text, PRIMARY KEY (tenant_id, id));
    INSERT INTO customers VALUES (1, 1, 'ada'), (2, 2, 'bob'), (2, 3, 'cyd')";

/// One row of tenant 1, two of tenant 2.
struct World {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl World {
    async fn isolated() -> Self {
        let config = DatabaseConfig::default().with_role_prefix(&unique_name("a")).unwrap();
        let setup = DatabaseSetup::new().statement(TABLE);
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        Migrator::new(database.admin_url()).isolation(config.clone()).run().await.unwrap();
        Self { database, config }
    }

    async fn execute(&self, sql: &str) {
        let sql =
            sql.replace("{owner}", self.config.owner_role()).replace("{runtime}", self.config.runtime_role());
        self.database.execute(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Statements as the runtime role, on a session of their own. The answer is the number in the last one's first
    /// row, or the number of rows that it changed, or PostgreSQL's message.
    async fn attack(&self, statements: &[&str]) -> Result<i64, String> {
        let url = self.database.url(self.config.runtime_role());
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut answer = Ok(0);
        for statement in statements {
            let statement = statement.replace("{owner}", self.config.owner_role());
            answer = match client.query(&statement, &[]).await {
                Ok(rows) => rows.first().map_or(Ok(0), |row| Ok(row.try_get(0).unwrap_or_default())),
                Err(error) => return Err(error.as_db_error().unwrap().message().to_owned()),
            };
        }
        answer
    }

    async fn report_to(&self, url: &str) -> Report {
        doctor::check(url, &self.config).await.unwrap()
    }

    async fn report(&self) -> Report {
        self.report_to(&self.database.url(self.config.runtime_role())).await
    }

    async fn errors(&self) -> Vec<&'static str> {
        self.report().await.errors().map(|finding| finding.code).collect()
    }

    /// What the role that is made with `sql` is told. It has the rights of the runtime role.
    async fn report_of(&self, sql: &str) -> (String, Report) {
        let role = unique_name("other");
        let sql = sql.replace("{role}", &role).replace("{owner}", self.config.owner_role());
        self.execute(&sql).await;
        self.execute(&format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON customers TO {role}; GRANT USAGE ON SCHEMA public, tenant_db TO {role};
             GRANT EXECUTE ON FUNCTION tenant_db.tenant_bigint() TO {role}"
        ))
        .await;
        let report = self.report_to(&self.database.url(&role)).await;
        (role, report)
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

const AS_TENANT_1: &str = "SET app.current_tenant = '1'";
const COUNT: &str = "SELECT count(*) FROM customers";

#[tokio::test]
async fn a_healthy_database_shows_a_tenant_its_own_rows_and_raises_without_one() {
    let world = World::isolated().await;
    assert_eq!(world.errors().await, [""; 0]);
    assert_eq!(world.attack(&[AS_TENANT_1, COUNT]).await, Ok(1));
    assert_eq!(world.attack(&[COUNT]).await, Err("tenant_db: no tenant is set".to_owned()));
    assert_eq!(
        world.attack(&["BEGIN", "SET LOCAL app.current_tenant = '1'", "COMMIT", COUNT]).await,
        Err("tenant_db: no tenant is set".to_owned())
    );
    assert_eq!(
        world.attack(&["SET app.current_tenant = '1 OR true'", COUNT]).await,
        Err("tenant_db: the tenant that is set is not a bigint".to_owned())
    );
    assert_eq!(
        world.attack(&["SET app.current_tenant = '9223372036854775808'", COUNT]).await,
        Err("tenant_db: the tenant that is set is not a bigint".to_owned())
    );
}

#[tokio::test]
async fn a_tenant_can_neither_write_for_another_nor_give_a_row_away() {
    let world = World::isolated().await;
    let refused = "new row violates row-level security policy for table \"customers\"";
    let insert = world.attack(&[AS_TENANT_1, "INSERT INTO customers VALUES (2, 9, 'eve')"]).await;
    assert_eq!(insert, Err(refused.to_owned()));
    let donation = world.attack(&[AS_TENANT_1, "UPDATE customers SET tenant_id = 2"]).await;
    assert_eq!(donation, Err("tenant_db: the tenant of a row cannot be changed".to_owned()));
    for statement in [
        "UPDATE customers SET name = 'x' WHERE id = 2 RETURNING id",
        "DELETE FROM customers WHERE id = 2 RETURNING id",
    ] {
        assert_eq!(world.attack(&[AS_TENANT_1, statement]).await, Ok(0), "{statement}");
    }
    let filled =
        world.attack(&[AS_TENANT_1, "INSERT INTO customers (id) VALUES (7) RETURNING tenant_id"]).await;
    assert_eq!(filled, Ok(1));
    for statement in [
        "TRUNCATE customers",
        "CREATE TEMPORARY TABLE customers (id bigint)",
        "CREATE TABLE x (id bigint)",
        "SELECT set_config('app.current_tenant', '2', false)",
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
        "SELECT count(*) FROM tenant_db.undo",
    ] {
        let refusal = world.attack(&[AS_TENANT_1, statement]).await.unwrap_err();
        assert!(
            refusal.starts_with("permission denied") || refusal.starts_with("must be owner"),
            "{statement}: {refusal}"
        );
    }
}

#[tokio::test]
async fn disabled_row_security_leaks_and_is_refused() {
    let world = World::isolated().await;
    world.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY").await;
    assert_eq!(world.attack(&[AS_TENANT_1, COUNT]).await, Ok(3));
    assert_eq!(world.errors().await, ["TD206"]);
}

#[tokio::test]
async fn membership_in_the_owner_without_force_leaks_and_is_refused() {
    let world = World::isolated().await;
    world.execute("GRANT {owner} TO {runtime}; ALTER TABLE customers NO FORCE ROW LEVEL SECURITY").await;
    assert_eq!(world.attack(&[AS_TENANT_1, COUNT]).await, Ok(3));
    assert_eq!(world.errors().await, ["TD105", "TD207"]);
}

#[tokio::test]
async fn membership_in_the_owner_leaks_even_with_force_and_is_refused() {
    let world = World::isolated().await;
    world.execute("GRANT {owner} TO {runtime}").await;
    assert_eq!(world.attack(&[AS_TENANT_1, COUNT]).await, Ok(1));
    let lifted =
        world.attack(&[AS_TENANT_1, "ALTER TABLE customers DISABLE ROW LEVEL SECURITY", COUNT]).await;
    assert_eq!(lifted, Ok(3));
    assert_eq!(world.errors().await, ["TD105", "TD206"]);
}

#[tokio::test]
async fn a_wide_policy_leaks_once_the_floor_is_gone_and_each_is_refused() {
    let world = World::isolated().await;
    world.execute("CREATE POLICY reporting ON customers FOR SELECT USING (true)").await;
    assert_eq!(world.attack(&[AS_TENANT_1, COUNT]).await, Ok(1));
    assert_eq!(world.errors().await, ["TD303"]);
    world.execute("DROP POLICY customers_tenant_isolation ON customers").await;
    assert_eq!(world.attack(&[AS_TENANT_1, COUNT]).await, Ok(3));
    assert_eq!(world.errors().await, ["TD301", "TD303"]);
}

#[tokio::test]
async fn an_immutable_function_keeps_an_earlier_tenant_and_is_refused() {
    let world = World::isolated().await;
    let steal = [
        "SET plan_cache_mode = force_generic_plan",
        AS_TENANT_1,
        "PREPARE q AS SELECT count(*) FROM customers",
        "EXECUTE q",
        "SET app.current_tenant = '2'",
        "EXECUTE q",
    ];
    assert_eq!(world.attack(&steal).await, Ok(2));
    world.execute("ALTER FUNCTION tenant_db.tenant_bigint() IMMUTABLE").await;
    assert_eq!(world.attack(&steal).await, Ok(1), "tenant 2 sees what tenant 1 saw");
    assert_eq!(world.errors().await, ["TD402"]);
}

#[tokio::test]
async fn an_executable_set_config_lets_an_injection_switch_tenants_and_is_reported() {
    let world = World::isolated().await;
    // In one SELECT, as an injection would have to be; the sub-select is evaluated before the policy's.
    let injection = "SELECT count(*) FROM (SELECT set_config('app.current_tenant', '2', false) OFFSET 0) AS evil, \
                     LATERAL (SELECT count(*) FROM customers WHERE evil.set_config IS NOT NULL) AS c";
    let separate = ["SELECT count(set_config('app.current_tenant', '2', false))", COUNT];
    let with_tenant: Vec<&str> = [AS_TENANT_1].into_iter().chain(separate).collect();
    assert!(
        world
            .attack(&[AS_TENANT_1, injection])
            .await
            .unwrap_err()
            .starts_with("permission denied for function")
    );
    world.execute("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {runtime}").await;
    assert_eq!(world.attack(&with_tenant).await, Ok(2), "tenant 1 counts the rows of tenant 2");
    assert_eq!(world.errors().await, [""; 0]);
    let report = world.report().await;
    assert_eq!(report.warnings().map(|finding| finding.code).collect::<Vec<_>>(), ["TD107"]);
}

#[tokio::test]
async fn a_unique_key_without_the_tenant_tells_what_another_tenant_has_and_is_reported() {
    let world = World::isolated().await;
    world.execute("ALTER TABLE customers ADD CONSTRAINT customers_name_key UNIQUE (name)").await;
    let probe = |name: &str| format!("INSERT INTO customers (id, name) VALUES (50, '{name}') RETURNING id");
    let taken = world.attack(&[AS_TENANT_1, &probe("bob")]).await.unwrap_err();
    assert_eq!(taken, "duplicate key value violates unique constraint \"customers_name_key\"");
    assert_eq!(world.attack(&["BEGIN", AS_TENANT_1, &probe("nobody")]).await, Ok(50));
    assert_eq!(world.errors().await, [""; 0]);
    let report = world.report().await;
    let [finding] = report.findings() else { panic!("{report}") };
    assert_eq!(finding.code, "TD215");
    assert!(finding.object.contains("customers_name_key") && finding.problem.contains("(name)"), "{report}");
    world.execute(&finding.remedy).await;
    assert_eq!(world.attack(&[AS_TENANT_1, &probe("bob")]).await, Ok(50), "tenant 1 has a bob of its own");
}

#[tokio::test]
async fn a_foreign_key_without_the_tenant_finds_rows_of_another_tenant_and_is_reported() {
    let world = World::isolated().await;
    world
        .execute("ALTER TABLE customers ADD UNIQUE (id), ADD COLUMN parent bigint REFERENCES customers (id)")
        .await;
    let point_at = |id: i64| format!("UPDATE customers SET parent = {id} WHERE id = 1 RETURNING id");
    assert_eq!(world.attack(&["BEGIN", AS_TENANT_1, &point_at(2)]).await, Ok(1), "row 2 is tenant 2's");
    assert!(world.attack(&["BEGIN", AS_TENANT_1, &point_at(9)]).await.is_err(), "nobody has a row 9");
    let report = world.report().await;
    let codes: Vec<_> = report.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["TD214", "TD215"], "{report}");
    for finding in report.findings() {
        world.execute(&finding.remedy).await;
    }
    assert!(world.attack(&["BEGIN", AS_TENANT_1, &point_at(2)]).await.is_err());
}

#[tokio::test]
async fn a_cascade_without_the_tenant_deletes_rows_of_another_tenant_and_is_refused() {
    let world = World::isolated().await;
    world
        .execute(
            "ALTER TABLE customers ADD UNIQUE (id),
             ADD COLUMN parent bigint REFERENCES customers (id) ON DELETE CASCADE",
        )
        .await;
    world.execute("UPDATE customers SET parent = 2 WHERE id = 1").await;
    // Row 2 is tenant 2's, and row 1, which goes with it, is tenant 1's.
    let as_tenant_2 = AS_TENANT_1.replace('1', "2");
    assert_eq!(world.attack(&[&as_tenant_2, "DELETE FROM customers WHERE id = 2 RETURNING id"]).await, Ok(2));
    let left = world.database.query_text("SELECT id FROM customers ORDER BY id").await.unwrap();
    assert_eq!(left, [[Some("3".to_owned())]], "tenant 1 has lost its row");
    assert!(world.errors().await.contains(&"TD216"));
}

#[tokio::test]
async fn a_superuser_s_url_is_sent_to_the_runtime_role_and_the_superuser_left_alone() {
    let world = World::isolated().await;
    assert_eq!(world.database.query_text(COUNT).await.unwrap()[0][0].as_deref(), Some("3"));
    let report = world.report_to(world.database.admin_url()).await;
    world.expect_sent_away(&report, "is a superuser");
    let (_, report) = world.report_of("CREATE ROLE {role} LOGIN SUPERUSER").await;
    world.expect_sent_away(&report, "is a superuser");
}

#[tokio::test]
async fn the_migrator_and_the_owner_are_sent_to_the_runtime_role() {
    let world = World::isolated().await;
    let report = world.report_to(&world.database.url(world.config.migrator_role())).await;
    world.expect_sent_away(&report, "runs migrations");
    world.execute(&format!("ALTER ROLE {} LOGIN", world.config.owner_role())).await;
    let report = world.report_to(&world.database.url(world.config.owner_role())).await;
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
    let report = world.report_to(world.database.admin_url()).await;
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
    let mended = world.report_to(&world.database.url(&role)).await;
    assert_eq!(mended.findings(), [], "{mended}");
}
