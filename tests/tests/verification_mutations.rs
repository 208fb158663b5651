//! Verification at connect: one fact is broken, exactly one finding says so, and its remedy mends it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy knows tests, but not what they share")]

use tenant_db::__private::{ModelParts, inventory, model_meta};
use tenant_db::database::{DatabaseConfig, Migrator};
use tenant_db::doctor::{self, Severity};
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{KeyKind, Tenancy};

const fn parts(table: &'static str, key: KeyKind, table_sql: fn() -> String) -> ModelParts {
    ModelParts {
        name: "Model",
        module: "verification",
        table_sql,
        ..ModelParts::new(table, Tenancy::Column("tenant_id"), key)
    }
}

inventory::submit! { model_meta(parts("customers", KeyKind::Uuid, || "\"customers\"".to_owned())) }
inventory::submit! { model_meta(parts("notes", KeyKind::Text, || "\"notes\"".to_owned())) }

const TABLES: &str = "
    CREATE TABLE customers (id uuid PRIMARY KEY, tenant_id uuid, name text);
    CREATE TABLE notes (id bigserial PRIMARY KEY, tenant_id varchar(20)) PARTITION BY HASH (id);
    CREATE TABLE notes_0 PARTITION OF notes FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    CREATE TABLE orders (customer_id uuid REFERENCES customers);";

struct World {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl World {
    async fn isolated() -> Self {
        let config = DatabaseConfig::default().with_role_prefix(&unique_name("v")).unwrap();
        let setup = DatabaseSetup::new().statement(TABLES);
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        Migrator::new(database.admin_url()).isolation(config.clone()).run().await.unwrap();
        Self { database, config }
    }

    /// `sql` with the names of this world, run by a superuser.
    async fn execute(&self, sql: &str) {
        let sql = sql
            .replace("{owner}", self.config.owner_role())
            .replace("{runtime}", self.config.runtime_role())
            .replace("{database}", self.database.name());
        self.database.execute(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    async fn report(&self) -> doctor::Report {
        doctor::check(&self.database.url(self.config.runtime_role()), &self.config).await.unwrap()
    }
}

/// Breaks a fact, and expects one finding, which its own remedy makes go away.
async fn one_finding(code: &str, severity: Severity, mutation: &str) {
    let world = World::isolated().await;
    let healthy = world.report().await;
    assert_eq!(healthy.findings(), [], "{healthy}");

    world.execute(mutation).await;
    let report = world.report().await;
    assert_eq!(report.findings().len(), 1, "{report}");
    let finding = &report.findings()[0];
    assert_eq!((finding.code, finding.severity), (code, severity), "{report}");
    assert_eq!(report.is_ok(), severity == Severity::Warning);

    world.execute(&finding.remedy).await;
    let mended = world.report().await;
    assert_eq!(mended.findings(), [], "after {}\n{mended}", finding.remedy);
}

macro_rules! mutations {
    ($($severity:ident $code:literal $name:ident: $mutation:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                one_finding($code, Severity::$severity, $mutation).await;
            }
        )*
    };
}

mutations! {
    Error "TD101" a_superuser_is_refused: "ALTER ROLE {runtime} SUPERUSER";
    Error "TD101" a_role_that_can_become_a_superuser_is_refused:
        "CREATE ROLE {runtime}_s SUPERUSER; GRANT {runtime}_s TO {runtime}";
    Error "TD101" a_superuser_two_memberships_away_is_refused:
        "CREATE ROLE {runtime}_s SUPERUSER; CREATE ROLE {runtime}_g; GRANT {runtime}_s TO {runtime}_g;
         GRANT {runtime}_g TO {runtime}";
    Error "TD102" bypassrls_is_refused: "ALTER ROLE {runtime} BYPASSRLS";
    Error "TD103" createrole_is_refused: "ALTER ROLE {runtime} CREATEROLE";
    Error "TD104" replication_is_refused: "ALTER ROLE {runtime} REPLICATION";
    Error "TD105" a_member_of_the_owner_is_refused: "GRANT {owner} TO {runtime}";
    Error "TD105" the_owner_itself_is_refused:
        "ALTER TABLE customers OWNER TO {runtime}";
    Error "TD106" a_predefined_role_is_refused: "GRANT pg_read_server_files TO {runtime}";
    Warning "TD107" an_executable_set_config_is_a_warning:
        "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC";
    Error "TD108" a_role_that_starts_with_a_tenant_is_refused: "ALTER ROLE {runtime} SET app.current_tenant = 'x'";
    Error "TD108" a_database_that_starts_with_a_tenant_is_refused:
        "ALTER DATABASE {database} SET app.current_tenant = 'x'";
    Warning "TD109" a_search_path_of_the_role_is_a_warning:
        "ALTER ROLE {runtime} IN DATABASE {database} SET search_path = public, pg_catalog";
    Warning "TD110" temporary_tables_are_a_warning: "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC";
    Error "TD111" a_role_that_may_create_schemas_is_refused: "GRANT CREATE ON DATABASE {database} TO {runtime}";
    Error "TD111" a_role_that_may_create_tables_is_refused: "GRANT CREATE ON SCHEMA public TO PUBLIC";
    Error "TD206" a_table_without_row_security_is_refused: "ALTER TABLE customers DISABLE ROW LEVEL SECURITY";
    Error "TD206" a_partitioned_table_counts: "ALTER TABLE notes DISABLE ROW LEVEL SECURITY";
    Error "TD207" row_security_that_is_not_forced_is_refused: "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY";
    Error "TD208" a_primary_key_without_the_tenant_is_refused:
        "ALTER TABLE customers DROP CONSTRAINT customers_pkey, ADD PRIMARY KEY (id)";
    Error "TD208" a_table_without_primary_key_is_refused: "ALTER TABLE customers DROP CONSTRAINT customers_pkey";
    Error "TD210" a_missing_trigger_is_refused: "DROP TRIGGER customers_tenant_guard ON customers";
    Error "TD210" a_disabled_trigger_is_refused: "ALTER TABLE customers DISABLE TRIGGER customers_tenant_guard";
    Error "TD210" another_trigger_of_the_name_is_refused:
        r#"DROP TRIGGER customers_tenant_guard ON customers;
           CREATE TRIGGER customers_tenant_guard BEFORE INSERT ON customers
           FOR EACH ROW EXECUTE FUNCTION tenant_db."public.customers_guard"()"#;
    Error "TD211" truncate_is_refused: "GRANT TRUNCATE ON customers TO {runtime}";
    Error "TD211" references_on_a_column_is_refused: "GRANT REFERENCES (id) ON customers TO PUBLIC";
    Warning "TD212" a_missing_grant_is_a_warning: "REVOKE DELETE ON customers FROM {runtime}";
    Error "TD213" a_partition_that_can_be_read_by_its_own_name_is_refused: "GRANT SELECT ON notes_0 TO {runtime}";
    Warning "TD214" a_foreign_key_without_the_tenant_is_a_warning:
        "ALTER TABLE customers ADD COLUMN parent uuid REFERENCES customers (id) ON DELETE RESTRICT
         DEFERRABLE INITIALLY DEFERRED";
    Error "TD216" a_foreign_key_that_writes_to_rows_of_other_tenants_is_refused:
        "ALTER TABLE customers ADD COLUMN parent uuid REFERENCES customers (id) ON DELETE SET NULL ON UPDATE CASCADE
         DEFERRABLE INITIALLY DEFERRED";
    Warning "TD214" a_foreign_key_s_remedy_drops_the_key_that_was_kept_for_it:
        "DROP TABLE orders; ALTER TABLE customers ADD COLUMN parent uuid REFERENCES customers (id)";
    Warning "TD215" a_unique_constraint_without_the_tenant_is_a_warning:
        "ALTER TABLE customers ADD UNIQUE NULLS NOT DISTINCT (name) INCLUDE (id) DEFERRABLE";
    Warning "TD215" a_unique_index_without_the_tenant_is_a_warning:
        "CREATE UNIQUE INDEX ON customers (lower(name), id DESC) WHERE name <> ''";
    Warning "TD215" a_unique_index_with_an_odd_name_is_a_warning:
        r#"CREATE UNIQUE INDEX "Na (m""e ON" ON customers (name)"#;
    Warning "TD215" a_unique_index_that_merely_includes_the_tenant_is_a_warning:
        "CREATE UNIQUE INDEX ON customers (name) INCLUDE (tenant_id)";
    Warning "TD215" a_unique_index_that_the_primary_key_makes_needless_is_a_warning:
        "CREATE UNIQUE INDEX ON customers (id)";
    Warning "TD215" a_unique_index_of_a_partition_is_a_warning: "CREATE UNIQUE INDEX ON notes_0 (id)";
    Warning "TD215" a_unique_index_of_a_partitioned_table_is_a_warning: "CREATE UNIQUE INDEX ON notes (id)";
    Warning "TD215" an_exclusion_constraint_without_the_tenant_is_a_warning:
        "ALTER TABLE customers ADD EXCLUDE (name WITH =) WHERE (name <> '')";
    Warning "TD215" a_unique_key_that_takes_different_tenants_for_one_is_a_warning:
        "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE UNIQUE INDEX ON notes (tenant_id COLLATE caseless, id)";
    Warning "TD215" a_kept_key_on_which_nothing_rests_is_a_warning: "DROP TABLE orders";
    Error "TD301" a_missing_policy_is_refused: "DROP POLICY customers_tenant_delete ON customers";
    Error "TD301" a_missing_floor_is_refused: "DROP POLICY customers_tenant_isolation ON customers";
    Error "TD302" using_true_is_refused: "ALTER POLICY customers_tenant_select ON customers USING (true)";
    Error "TD302" with_check_true_is_refused: "ALTER POLICY customers_tenant_update ON customers WITH CHECK (true)";
    Error "TD302" a_policy_for_one_role_is_refused: "ALTER POLICY customers_tenant_select ON customers TO {runtime}";
    Error "TD302" a_missing_with_check_is_refused:
        "DROP POLICY customers_tenant_update ON customers;
         CREATE POLICY customers_tenant_update ON customers FOR UPDATE
         USING (tenant_id = (SELECT tenant_db.tenant_uuid()))";
    Error "TD302" a_permissive_floor_is_refused:
        "DROP POLICY customers_tenant_isolation ON customers;
         CREATE POLICY customers_tenant_isolation ON customers
         USING (tenant_id = (SELECT tenant_db.tenant_uuid()))
         WITH CHECK (tenant_id = (SELECT tenant_db.tenant_uuid()))";
    Error "TD302" a_function_of_the_same_name_elsewhere_is_refused:
        "CREATE FUNCTION public.tenant_uuid() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
         ALTER POLICY customers_tenant_select ON customers USING (tenant_id = (SELECT public.tenant_uuid()))";
    Error "TD303" another_permissive_policy_is_refused: "CREATE POLICY everything ON customers USING (true)";
    Error "TD402" an_immutable_function_is_refused: "ALTER FUNCTION tenant_db.tenant_uuid() IMMUTABLE";
    Error "TD402" a_leakproof_function_is_refused: "ALTER FUNCTION tenant_db.tenant_uuid() LEAKPROOF";
    Error "TD402" an_unpinned_search_path_is_refused: "ALTER FUNCTION tenant_db.tenant_uuid() RESET search_path";
    Error "TD402" a_security_definer_function_is_refused: "ALTER FUNCTION tenant_db.tenant_text() SECURITY DEFINER";
    Error "TD402" a_function_that_the_program_can_replace_is_refused:
        "ALTER FUNCTION tenant_db.tenant_uuid() OWNER TO {runtime}";
    Error "TD402" a_rewritten_function_is_refused:
        "CREATE OR REPLACE FUNCTION tenant_db.tenant_uuid() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE
         SET search_path = pg_catalog, pg_temp AS
         'BEGIN RETURN nullif(current_setting(''app.current_tenant'', true), '''')::uuid; END'";
    Error "TD402" a_rewritten_guard_is_refused:
        r#"CREATE OR REPLACE FUNCTION tenant_db."public.customers_guard"() RETURNS trigger LANGUAGE plpgsql
           SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END'"#;
    Error "TD403" a_function_that_may_not_be_called_is_refused:
        "REVOKE EXECUTE ON FUNCTION tenant_db.tenant_uuid() FROM {runtime}";
    Error "TD403" a_schema_that_may_not_be_used_is_refused: "REVOKE USAGE ON SCHEMA tenant_db FROM {runtime}";
}

fn codes(report: &doctor::Report) -> Vec<&'static str> {
    report.findings().iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn a_foreign_key_and_the_unique_key_under_it_are_mended_in_the_order_of_the_report() {
    let world = World::isolated().await;
    world
        .execute("ALTER TABLE customers ADD COLUMN code text UNIQUE, ADD COLUMN parent text REFERENCES customers (code)")
        .await;
    let report = world.report().await;
    assert_eq!(codes(&report), ["TD214", "TD215"], "{report}");
    for finding in report.findings() {
        world.execute(&finding.remedy).await;
    }
    let mended = world.report().await;
    assert_eq!(mended.findings(), [], "{mended}");
}

#[tokio::test]
async fn a_unique_key_under_a_foreign_key_from_elsewhere_is_explained_in_words() {
    let world = World::isolated().await;
    world
        .execute("ALTER TABLE customers ADD COLUMN code text UNIQUE; CREATE TABLE bills (code text REFERENCES customers (code))")
        .await;
    let report = world.report().await;
    assert_eq!(codes(&report), ["TD215"], "{report}");
    let remedy = &report.findings()[0].remedy;
    assert!(
        remedy.contains("bills_code_fkey") && remedy.lines().all(|line| line.starts_with("--")),
        "{report}"
    );
}

#[tokio::test]
async fn keys_with_the_tenant_are_not_mentioned() {
    let world = World::isolated().await;
    world
        .execute(
            "CREATE UNIQUE INDEX ON customers (name, tenant_id);
             ALTER TABLE customers ADD EXCLUDE (tenant_id WITH =, name WITH =), ADD COLUMN parent uuid,
             ADD FOREIGN KEY (parent, tenant_id) REFERENCES customers (id, tenant_id)",
        )
        .await;
    let report = world.report().await;
    assert_eq!(report.findings(), [], "{report}");
}

/// Breaks a fact that SQL alone does not mend.
async fn findings(mutation: &str) -> Vec<&'static str> {
    let world = World::isolated().await;
    world.execute(mutation).await;
    let report = world.report().await;
    assert!(!report.is_ok(), "{report}");
    report.findings().iter().map(|finding| finding.code).collect()
}

#[tokio::test]
async fn a_missing_table_is_refused() {
    assert_eq!(findings("ALTER TABLE customers RENAME TO clients").await, ["TD201"]);
}

#[tokio::test]
async fn a_view_in_the_table_s_place_is_refused() {
    let mutation = "ALTER TABLE customers RENAME TO clients; CREATE VIEW customers AS SELECT * FROM clients";
    assert_eq!(findings(mutation).await, ["TD202"]);
}

#[tokio::test]
async fn a_missing_tenant_column_is_refused() {
    let mutation = "ALTER TABLE customers RENAME tenant_id TO tenant";
    assert_eq!(findings(mutation).await, ["TD203", "TD208"]);
}

#[tokio::test]
async fn a_tenant_column_of_another_type_is_refused() {
    let mutation =
        "DROP POLICY customers_tenant_select ON customers; DROP POLICY customers_tenant_insert ON customers;
        DROP POLICY customers_tenant_update ON customers; DROP POLICY customers_tenant_delete ON customers;
        DROP POLICY customers_tenant_isolation ON customers;
        ALTER TABLE customers ALTER COLUMN tenant_id TYPE text";
    assert_eq!(findings(mutation).await, ["TD204", "TD301", "TD301", "TD301", "TD301", "TD301"]);
}

/// PostgreSQL changes no column that a policy speaks of, so the catalog has to be changed by hand. A table can be made
/// with such a column before it is isolated.
#[tokio::test]
async fn a_collation_that_takes_different_tenants_for_one_is_refused() {
    let mutation =
        "CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         UPDATE pg_attribute SET attcollation = 'caseless'::regcollation
         WHERE attrelid = 'notes'::regclass AND attname = 'tenant_id'";
    assert_eq!(findings(mutation).await, ["TD217"]);
}

#[tokio::test]
async fn foreign_keys_of_and_to_partitions_are_seen() {
    let of_a_partition = "ALTER TABLE notes ADD COLUMN customer uuid;
         ALTER TABLE notes_0 ADD FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE";
    assert_eq!(findings(of_a_partition).await, ["TD216"]);
    let to_a_partition = "ALTER TABLE notes_0 ADD UNIQUE (id);
         ALTER TABLE customers ADD COLUMN note bigint REFERENCES notes_0 (id) ON DELETE CASCADE";
    assert_eq!(findings(to_a_partition).await, ["TD216", "TD215"]);
}

/// PostgreSQL lets no column of a primary key be NULL, so the one does not come without the other.
#[tokio::test]
async fn a_nullable_tenant_column_is_refused() {
    let mutation =
        "ALTER TABLE customers DROP CONSTRAINT customers_pkey, ALTER COLUMN tenant_id DROP NOT NULL";
    assert_eq!(findings(mutation).await, ["TD205", "TD208"]);
}

#[tokio::test]
async fn another_table_that_diesel_s_name_stands_for_is_refused() {
    let mutation =
        "CREATE SCHEMA decoy; GRANT USAGE ON SCHEMA decoy TO PUBLIC; CREATE TABLE decoy.customers (id uuid);
        ALTER ROLE {runtime} SET search_path = decoy, public";
    assert_eq!(findings(mutation).await, ["TD209", "TD109"]);
}

#[tokio::test]
async fn a_missing_function_comes_before_the_policies_that_call_it() {
    let world = World::isolated().await;
    world.execute("DROP FUNCTION tenant_db.tenant_uuid() CASCADE").await;
    let report = world.report().await;
    assert_eq!(codes(&report), ["TD401", "TD301", "TD301", "TD301", "TD301", "TD301"]);
    for finding in report.findings() {
        world.execute(&finding.remedy).await;
    }
    let mended = world.report().await;
    assert_eq!(mended.findings(), [], "{mended}");
}

#[tokio::test]
async fn a_server_that_starts_sessions_with_a_tenant_is_refused() {
    let world = World::isolated().await;
    let url = world.database.url(world.config.runtime_role());
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}options=-c%20app.current_tenant%3Dx");
    let report = doctor::check(&url, &world.config).await.unwrap();
    let codes: Vec<_> = report.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["TD108"], "{report}");
}

#[tokio::test]
async fn a_database_without_any_migration_is_refused() {
    let setup = DatabaseSetup::new().statement(TABLES);
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    let role = unique_name("plain");
    database
        .execute(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON customers TO {role}"))
        .await
        .unwrap();
    for url in [database.url(&role), database.admin_url().to_owned()] {
        let report = doctor::check(&url, &DatabaseConfig::default()).await.unwrap();
        assert_eq!(codes(&report), ["TD400"], "{report}");
        let text = report.to_string();
        assert!(text.contains("write_migrations") && text.contains("diesel migration run"), "{text}");
        assert!(!text.contains("Run the statements above"), "{text}");
    }
}

#[tokio::test]
async fn an_empty_schema_of_the_name_is_no_migration() {
    let setup = DatabaseSetup::new().statement(TABLES);
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    database.execute("CREATE SCHEMA tenant_db").await.unwrap();
    let report = doctor::check(database.admin_url(), &DatabaseConfig::default()).await.unwrap();
    assert_eq!(codes(&report), ["TD400"], "{report}");
    assert!(report.findings()[0].remedy.contains("DROP SCHEMA tenant_db;"), "{report}");
}

/// As on a managed database: nobody there may revoke `set_config`, and that alone is left to say.
#[tokio::test]
async fn what_an_administrator_without_superuser_makes_is_accepted_with_one_warning() {
    let config = DatabaseConfig::default().with_role_prefix(&unique_name("v")).unwrap();
    let admin = unique_name("admin");
    let empty = DatabaseSetup::new().statement("SELECT 1");
    let database = Postgres::shared().await.unwrap().create_database(&empty).await.unwrap();
    let grants = format!(
        "CREATE ROLE {admin} LOGIN CREATEROLE; ALTER DATABASE {} OWNER TO {admin}; \
         ALTER SCHEMA public OWNER TO pg_database_owner; SET ROLE {admin}; {TABLES}",
        database.name()
    );
    database.execute(&grants).await.unwrap();
    Migrator::new(database.url(&admin)).isolation(config.clone()).run().await.unwrap();
    let report = doctor::check(&database.url(config.runtime_role()), &config).await.unwrap();
    assert!(report.is_ok(), "{report}");
    assert_eq!(
        report.findings().iter().map(|finding| finding.code).collect::<Vec<_>>(),
        ["TD107"],
        "{report}"
    );
}
