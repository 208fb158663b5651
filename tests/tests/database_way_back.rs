//! Every migration of this crate can be taken back: the catalog afterwards equals the catalog before.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy knows tests, but not what they share")]

use tenant_db::__private::{
    ModelParts, check, excluded, exclusion, inventory, model_meta, reference, unique,
};
use tenant_db::database::{
    DatabaseConfig, Migration, base_migration, migrations as registered, model_migration,
};
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{ExclusionOperand, KeyKind, ModelMeta, OnDelete, Tenancy};

/// Tables in all states in which an application may have them, with rows.
const TABLES: &str = r#"
CREATE TABLE customers (
  id uuid CONSTRAINT "Customers PK" PRIMARY KEY WITH (fillfactor = 70), tenant_id uuid, name text UNIQUE);
CREATE TABLE invoices (
  id uuid, tenant_id uuid NOT NULL,
  customer_id uuid CONSTRAINT "to customer" REFERENCES customers ON DELETE CASCADE DEFERRABLE,
  PRIMARY KEY (id, tenant_id));
COMMENT ON CONSTRAINT "to customer" ON invoices IS 'kept';
CREATE TABLE lines (t uuid, i uuid, FOREIGN KEY (i, t) REFERENCES invoices (id, tenant_id));
CREATE TABLE notes (tenant_id uuid, id uuid, body text, PRIMARY KEY (tenant_id, id) INCLUDE (body));
CREATE INDEX "IDX_notes_tenant_rls" ON notes (tenant_id);
CREATE TABLE items (
  id bigserial PRIMARY KEY, tenant bigint, parent bigint REFERENCES items,
  heir bigint REFERENCES items ON DELETE SET NULL ON UPDATE CASCADE);
CREATE SCHEMA "Sales ""x""";
CREATE TABLE "Sales ""x"""."Über'Table\x" (
  "Id" text, "select" text, "Ten""ant" varchar(40), PRIMARY KEY ("Id", "select"));
CREATE TABLE "Sales ""x""".more (tenant_id uuid, id uuid);
CREATE TABLE keyless (id uuid, tenant_id uuid);
CREATE TABLE parted (id uuid PRIMARY KEY, tenant_id uuid) PARTITION BY HASH (id);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO customers SELECT gen_random_uuid(), gen_random_uuid(), n::text FROM generate_series(1, 3) n;
INSERT INTO invoices SELECT gen_random_uuid(), tenant_id, id FROM customers;
INSERT INTO lines SELECT tenant_id, id FROM invoices;
INSERT INTO notes SELECT tenant_id, id FROM customers;
INSERT INTO items (tenant, parent) SELECT 1, 1 FROM generate_series(1, 3) n;
INSERT INTO keyless SELECT id, tenant_id FROM customers;
INSERT INTO parted SELECT id, tenant_id FROM customers;
GRANT SELECT (name), UPDATE ON customers TO PUBLIC;
CREATE POLICY everybody ON customers USING (name <> 'x');
CREATE POLICY "the 'owner'" ON notes FOR INSERT TO pg_monitor, pg_signal_backend WITH CHECK (body <> 'tenant_id = $1');
CREATE POLICY stays ON notes AS RESTRICTIVE USING (true);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE TABLE users (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, country text, email text);
CREATE TABLE credentials (id uuid PRIMARY KEY, user_id uuid REFERENCES users ON DELETE CASCADE, label text);
CREATE POLICY watchers ON credentials TO pg_monitor USING (label <> '');
CREATE TABLE challenges (id uuid PRIMARY KEY, credential_id uuid);
CREATE TABLE countries (code text PRIMARY KEY, name text);
CREATE TABLE bills (
  tenant_id uuid, id uuid, customer_id uuid, number text, total bigint, during tstzrange, version integer,
  CONSTRAINT "not negative" CHECK (total >= 0), CONSTRAINT "plain" FOREIGN KEY (customer_id) REFERENCES customers
    ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (tenant_id, id));
COMMENT ON CONSTRAINT "plain" ON bills IS 'comes back';
INSERT INTO countries VALUES ('ch', 'Switzerland');
INSERT INTO users SELECT id, tenant_id, 'ch', name FROM customers;
INSERT INTO credentials SELECT gen_random_uuid(), id, 'key' FROM users;
INSERT INTO challenges SELECT gen_random_uuid(), id FROM credentials;
INSERT INTO bills SELECT tenant_id, gen_random_uuid(), id, '1', 7, tstzrange('2026-01-01', '2026-01-02'), 1 FROM customers;
"#;

const fn model(
    schema: Option<&'static str>,
    table: &'static str,
    tenant_column: &'static str,
    key: KeyKind,
    primary_key: &'static [&'static str],
) -> ModelMeta {
    model_meta(ModelParts {
        name: "Model",
        module: "database_way_back",
        schema,
        primary_key,
        ..ModelParts::new(table, Tenancy::Column(tenant_column), key)
    })
}

fn migrations(config: &DatabaseConfig) -> Vec<Migration> {
    let models = [
        model(None, "customers", "tenant_id", KeyKind::Uuid, &["id"]),
        model(None, "invoices", "tenant_id", KeyKind::Uuid, &["id"]),
        model(None, "notes", "tenant_id", KeyKind::Uuid, &["id"]),
        model(None, "items", "tenant", KeyKind::BigInt, &["id"]),
        model(Some("Sales \"x\""), "Über'Table\\x", "Ten\"ant", KeyKind::Text, &["Id", "select"]),
        model(Some("Sales \"x\""), "more", "tenant_id", KeyKind::Uuid, &["id"]),
        model(None, "keyless", "tenant_id", KeyKind::Uuid, &["id"]),
        model(None, "parted", "tenant_id", KeyKind::Uuid, &["id"]),
    ];
    let mut all = vec![base_migration(config)];
    all.extend(models.iter().map(|model| model_migration(model, config).unwrap()));
    all
}

static CUSTOMER: ModelMeta = model(None, "customers", "tenant_id", KeyKind::Uuid, &["id"]);
static USER: ModelMeta = model_meta(ModelParts {
    unique: &[unique(None, &["email"])],
    references: &[reference(None, || &COUNTRY, &["country"], OnDelete::Restrict)],
    ..ModelParts::new("users", Tenancy::Column("tenant_id"), KeyKind::Uuid)
});
static CREDENTIAL: ModelMeta = model_meta(ModelParts::new(
    "credentials",
    Tenancy::Through { parent: || &USER, foreign_key: &["user_id"] },
    KeyKind::Uuid,
));
static CHALLENGE: ModelMeta = model_meta(ModelParts::new(
    "challenges",
    Tenancy::Through { parent: || &CREDENTIAL, foreign_key: &["credential_id"] },
    KeyKind::Uuid,
));
static COUNTRY: ModelMeta = model_meta(ModelParts {
    primary_key: &["code"],
    ..ModelParts::new("countries", Tenancy::Global, KeyKind::Uuid)
});
static BILL: ModelMeta = model_meta(ModelParts {
    unique: &[unique(Some("bills number"), &["number"])],
    references: &[reference(None, || &CUSTOMER, &["customer_id"], OnDelete::Restrict)],
    checks: &[check("bills_total_check", "total >= 0 -- of one bill")],
    exclusions: &[exclusion(
        "one bill at a time",
        "gist",
        &[
            excluded(ExclusionOperand::Column("customer_id"), "="),
            excluded(ExclusionOperand::Sql("during"), "&&"),
        ],
        Some("total > 0"),
    )],
    version: Some("version"),
    ..ModelParts::new("bills", Tenancy::Column("tenant_id"), KeyKind::Uuid)
});

inventory::submit! { CUSTOMER }
inventory::submit! { model(None, "invoices", "tenant_id", KeyKind::Uuid, &["id"]) }
inventory::submit! { model(None, "items", "tenant", KeyKind::BigInt, &["id"]) }
inventory::submit! { USER }
inventory::submit! { CREDENTIAL }
inventory::submit! { CHALLENGE }
inventory::submit! { COUNTRY }
inventory::submit! { BILL }

#[test]
fn migrations_come_in_an_order_in_which_they_can_be_applied() {
    let migrations = registered(&DatabaseConfig::default()).unwrap();
    let names: Vec<&str> = migrations.iter().map(|migration| migration.name.as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names.first(), Some(&"tenant_db_base"));
    let kinds = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| name.split('_').take(3).collect::<Vec<_>>().join("_")).collect()
    };
    assert_eq!(kinds(&names), kinds(&sorted), "applied by name, they come in the same order");
    let at = |table: &str| names.iter().position(|name| name.ends_with(table)).unwrap();
    assert!(at("isolate_users") < at("_credentials") && at("_credentials") < at("_challenges"));
    let last_key = names.iter().rposition(|name| name.starts_with("tenant_db_key")).unwrap();
    let first_reference = names.iter().position(|name| name.starts_with("tenant_db_reference")).unwrap();
    assert!(last_key < first_reference);
    assert_eq!(names.iter().filter(|name| name.starts_with("tenant_db_reference")).count(), 4, "{names:?}");
}

/// One line for each fact; default access lists spelled out, since PostgreSQL takes them and NULL for the same.
const CATALOG: &str = r#"
WITH relation AS (
  SELECT * FROM pg_class WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)')
SELECT format('%s owner %s kind %s rls %s %s acl %s', oid::regclass, relowner::regrole, relkind, relrowsecurity,
    relforcerowsecurity, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(
      coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) x)) FROM relation
UNION ALL SELECT format('policy %s %s %s %s for %s using %s check %s', polrelid::regclass, polname, polpermissive, polcmd,
    polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
UNION ALL SELECT format('trigger %s %s', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT format('constraint %s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid),
    obj_description(oid)) FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relation)
UNION ALL SELECT format('index %s %s %s', pg_get_indexdef(indexrelid), indisprimary, indisunique) FROM pg_index
    WHERE indrelid IN (SELECT oid FROM relation)
UNION ALL SELECT format('column %s %s %s %s', attrelid::regclass, attname, attnotnull, attacl) FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM relation WHERE relkind IN ('r', 'p')) AND attnum > 0
UNION ALL SELECT format('role %s', rolname) FROM pg_roles WHERE rolname ~ {prefix}
UNION ALL SELECT format('member %s of %s', member::regrole, roleid::regrole) FROM pg_auth_members
    WHERE member::regrole::text ~ {prefix} OR roleid::regrole::text ~ {prefix}
UNION ALL SELECT format('function %s acl %s', p.oid::regprocedure, (SELECT array_agg(x::text ORDER BY x::text)
    FROM unnest(coalesce(proacl, acldefault('f', proowner))) x)) FROM pg_proc p
    WHERE p.proname = 'set_config' OR pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
UNION ALL SELECT format('database acl %s', (SELECT array_agg(x::text ORDER BY x::text)
    FROM unnest(coalesce(datacl, acldefault('d', datdba))) x)) FROM pg_database WHERE datname = current_database()
UNION ALL SELECT format('schema %s owner %s acl %s', nspname, nspowner::regrole, (SELECT array_agg(x::text ORDER BY x::text)
    FROM unnest(coalesce(nspacl, acldefault('n', nspowner))) x)) FROM pg_namespace WHERE nspname !~ '^pg_'
UNION ALL SELECT format('setting %s %s', setrole::regrole, setconfig) FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL SELECT format('rows %s %s %s', (SELECT count(*) FROM customers), (SELECT count(*) FROM invoices),
    (SELECT count(*) FROM parted))
UNION ALL SELECT format('default %s %s', adrelid::regclass, adnum) FROM pg_attrdef
UNION ALL SELECT format('extension %s', extname) FROM pg_extension"#;

async fn catalog(database: &TestDatabase, prefix: &str) -> Vec<String> {
    let rows = database.query_text(&CATALOG.replace("{prefix}", &format!("'^{prefix}'"))).await.unwrap();
    let mut lines: Vec<String> = rows.into_iter().flatten().flatten().collect();
    lines.sort();
    lines
}

/// Each script in one transaction, as diesel runs it, as `role` of the database.
async fn run(url: &str, script: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let script = format!("BEGIN; {script} COMMIT;");
    client.batch_execute(&script).await.unwrap_or_else(|error| panic!("{:?}\n{script}", error.as_db_error()));
}

/// The migrations in the order of `ups`, and back in the order of `downs`.
async fn there_and_back_by(
    url: &str,
    database: &TestDatabase,
    migrations: &[Migration],
    prefix: &str,
    ups: &[usize],
    downs: &[usize],
) {
    let before = catalog(database, prefix).await;
    for &at in ups {
        run(url, &migrations[at].up_sql()).await;
    }
    let between = catalog(database, prefix).await;
    assert!(between.len() > before.len() + 30, "the migrations did something");
    let name = |line: &String| line.split_once(" FOREIGN KEY").map(|(name, _)| name.to_owned());
    let lost: Vec<_> = before
        .iter()
        .filter_map(name)
        // A model asks for another one in its place.
        .filter(|key| key != "constraint bills plain" || migrations.len() == 9)
        .filter(|key| !between.iter().any(|line| name(line).as_ref() == Some(key)))
        .collect();
    assert!(lost.is_empty(), "foreign keys were lost: {lost:?}");
    for carried in [
        "FOREIGN KEY (tenant_id, customer_id) REFERENCES customers(tenant_id, id) ON DELETE CASCADE DEFERRABLE kept",
        "FOREIGN KEY (tenant, parent) REFERENCES items(tenant, id)",
        "FOREIGN KEY (tenant, heir) REFERENCES items(tenant, id) ON UPDATE CASCADE ON DELETE SET NULL (heir)",
    ] {
        assert!(between.iter().any(|line| line.contains(carried)), "{carried} is not in {between:#?}");
    }
    for &at in downs {
        run(url, &migrations[at].down_sql()).await;
    }
    let after = catalog(database, prefix).await;
    let changed: Vec<_> = before
        .iter()
        .filter(|line| !after.contains(line))
        .map(|line| format!("- {line}"))
        .chain(after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}")))
        .collect();
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

async fn there_and_back(url: &str, database: &TestDatabase, migrations: &[Migration], prefix: &str) {
    let ups: Vec<usize> = (0..migrations.len()).collect();
    let downs: Vec<usize> = ups.iter().rev().copied().collect();
    there_and_back_by(url, database, migrations, prefix, &ups, &downs).await;
}

#[tokio::test]
async fn a_superuser_gets_there_and_back() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let setup = DatabaseSetup::new().statement(TABLES);
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    there_and_back(database.admin_url(), &database, &migrations(&config), &prefix).await;
}

/// Parents, children and grandchildren, global tables, constraints of every kind.
#[tokio::test]
async fn constraints_and_tables_without_a_tenant_column_get_there_and_back() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let setup = DatabaseSetup::new().statement(TABLES);
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    there_and_back(database.admin_url(), &database, &registered(&config).unwrap(), &prefix).await;
}

#[tokio::test]
async fn the_migrator_adds_constraints_and_takes_them_back() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let empty = DatabaseSetup::new().statement("SELECT 1");
    let database = Postgres::shared().await.unwrap().create_database(&empty).await.unwrap();
    run(database.admin_url(), &base_migration(&config).up_sql()).await;
    let url = database.url(config.migrator_role());
    run(&url, TABLES).await;
    there_and_back(&url, &database, &registered(&config).unwrap()[1..], &prefix).await;
}

#[tokio::test]
async fn names_with_quotes_blanks_and_dollars_survive() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default()
        .with_owner_role(format!("{prefix} Öwner'\"$tenant_db$%I"))
        .and_then(|config| config.with_runtime_role(format!("{prefix} run\\time")))
        .and_then(|config| config.with_migrator_role(format!("{prefix}.M{{{{owner}}}}")))
        .unwrap();
    let setup = DatabaseSetup::new().statement(TABLES);
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    there_and_back(database.admin_url(), &database, &migrations(&config), &prefix).await;
}

/// As on a managed database: the administrator may create roles and owns the database, and is no superuser.
#[tokio::test]
async fn an_administrator_who_is_no_superuser_gets_there_and_back() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let admin = unique_name("admin");
    let empty = DatabaseSetup::new().statement("SELECT 1");
    let database = Postgres::shared().await.unwrap().create_database(&empty).await.unwrap();
    let statements = format!(
        "CREATE ROLE {admin} LOGIN CREATEROLE CREATEDB; ALTER DATABASE {} OWNER TO {admin}; \
         ALTER SCHEMA public OWNER TO pg_database_owner",
        database.name()
    );
    database.execute(&statements).await.unwrap();
    let url = database.url(&admin);
    run(&url, TABLES).await;
    there_and_back(&url, &database, &migrations(&config), &prefix).await;
}

/// Tables are adopted, and given back, in whatever order suits the operator, who need not be a superuser.
#[tokio::test]
async fn the_order_of_tables_is_free() {
    let tables: Vec<usize> = (1..9).collect();
    let backwards: Vec<usize> = tables.iter().rev().copied().collect();
    for (ups, downs) in [(&backwards, &tables), (&backwards, &backwards), (&tables, &tables)] {
        let prefix = unique_name("w");
        let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
        let empty = DatabaseSetup::new().statement("SELECT 1");
        let database = Postgres::shared().await.unwrap().create_database(&empty).await.unwrap();
        run(database.admin_url(), &base_migration(&config).up_sql()).await;
        let url = database.url(config.migrator_role());
        run(&url, TABLES).await;
        there_and_back_by(&url, &database, &migrations(&config), &prefix, ups, downs).await;
    }
}

#[tokio::test]
async fn a_privilege_that_was_revoked_before_is_not_granted_on_the_way_back() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let hardened = "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC;
        REVOKE ALL ON SCHEMA public FROM PUBLIC";
    let setup = DatabaseSetup::new().statement(TABLES).statement(hardened);
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    there_and_back(database.admin_url(), &database, &migrations(&config), &prefix).await;
}

#[tokio::test]
async fn roles_that_another_database_rests_on_are_kept() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let server = Postgres::shared().await.unwrap();
    let empty = DatabaseSetup::new().statement("SELECT 1");
    let (first, second) =
        (server.create_database(&empty).await.unwrap(), server.create_database(&empty).await.unwrap());
    let base = base_migration(&config);
    run(first.admin_url(), &base.up_sql()).await;
    run(second.admin_url(), &base.up_sql()).await;
    run(first.admin_url(), &base.down_sql()).await;
    let count = format!("SELECT count(*)::text FROM pg_roles WHERE rolname ~ '^{prefix}'");
    assert_eq!(second.query_text(&count).await.unwrap(), [[Some("3".to_owned())]]);
    let member = format!("SELECT pg_has_role('{prefix}_migrator', '{prefix}_owner', 'MEMBER')::text");
    assert_eq!(second.query_text(&member).await.unwrap(), [[Some("true".to_owned())]]);
}

#[tokio::test]
async fn the_migrator_isolates_tables_of_its_own_and_takes_it_back() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let empty = DatabaseSetup::new().statement("SELECT 1");
    let database = Postgres::shared().await.unwrap().create_database(&empty).await.unwrap();
    run(database.admin_url(), &base_migration(&config).up_sql()).await;
    let url = database.url(config.migrator_role());
    run(&url, TABLES).await;
    there_and_back(&url, &database, &migrations(&config)[1..], &prefix).await;
}

/// The notes belong to the owner, and so to whoever may become it; the way back may be run by a superuser.
#[tokio::test]
async fn forged_notes_hand_out_nothing() {
    let prefix = unique_name("w");
    let config = DatabaseConfig::default().with_role_prefix(&prefix).unwrap();
    let setup = DatabaseSetup::new().statement(TABLES).statement("CREATE TABLE secrets (id uuid)");
    let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
    let mut migrations = migrations(&config);
    migrations.truncate(2);
    for migration in &migrations {
        run(database.admin_url(), &migration.up_sql()).await;
    }
    let forged = format!(
        r#"INSERT INTO tenant_db.undo (migration, step, detail) VALUES
        ('tenant_db_isolate_customers', 'owner', '{{"relation": "public.secrets", "owner": "{prefix}_migrator"}}'),
        ('tenant_db_base', 'privileges of set_config', '{{"target": "FUNCTION pg_catalog.set_config(text, text, boolean)",
          "grantee": "{prefix}_thief", "privilege": "EXECUTE", "grantable": true}}'),
        ('tenant_db_base', 'role', '{{"name": "{prefix}_thief"}}');"#
    );
    database.execute(&format!("CREATE ROLE {prefix}_thief")).await.unwrap();
    run(&database.url(config.migrator_role()), &forged).await;
    for migration in migrations.iter().rev() {
        run(database.admin_url(), &migration.down_sql()).await;
    }
    let stolen = format!(
        "SELECT (SELECT relowner FROM pg_class WHERE relname = 'secrets') = (SELECT oid FROM pg_roles WHERE rolname = \
         current_user), (SELECT count(*) FROM pg_proc WHERE proname = 'set_config' AND proacl::text LIKE '%thief%'), \
         (SELECT count(*) FROM pg_roles WHERE rolname = '{prefix}_thief')"
    );
    let stolen = format!("SELECT s::text FROM ({stolen}) AS s");
    assert_eq!(database.query_text(&stolen).await.unwrap(), [[Some("(t,0,1)".to_owned())]]);
}
