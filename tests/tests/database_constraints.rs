//! Tables that are reached through a parent, global tables and constraints of models, as the database keeps them: by SQL
//! written by hand, which the query builder has no part in, and by what verification finds.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy knows tests, but not what they share"
)]

use tenant_db::database::{DatabaseConfig, Migrator, migrations};
use tenant_db::doctor;
use tenant_db::prelude::*;
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{Error, GlobalTable, Identity, TenantContext, TenantDb, danger};
use tokio_postgres::Client;
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! { countries (code) { code -> Text, name -> Text, } }
    diesel::table! {
        users (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, email -> Text, country -> Nullable<Text>, }
    }
    diesel::table! { credentials (id) { id -> Uuid, user_id -> Uuid, label -> Text, } }
    diesel::table! { challenges (id) { id -> Uuid, credential_id -> Uuid, } }
    diesel::table! {
        bookings (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            room -> Text,
            starts -> Integer,
            ends -> Integer,
            status -> Text,
            user_id -> Nullable<Uuid>,
            version -> Integer,
        }
    }
}

use schema::{bookings, challenges, countries, credentials, users};

#[derive(Debug, GlobalTable)]
#[tenant(table = countries, primary_key = code)]
struct Country {
    code: String,
    name: String,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = users, unique(email), references(Country, country, on_delete = restrict))]
struct User {
    id: Uuid,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = credentials, through(parent = User, foreign_key = user_id), unique(user_id, label))]
#[tenant(references(User, user_id, on_delete = cascade))]
struct Credential {
    id: Uuid,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = challenges, through(parent = Credential, foreign_key = credential_id))]
struct Challenge {
    id: Uuid,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = bookings, version = version, references(User, user_id, on_delete = set_null))]
#[tenant(check(name = bookings_order, "starts < ends"))]
#[tenant(exclude(name = no_double_booking, room with "=", "int4range(starts, ends)" with "&&",
    where = "status IN ('confirmed', 'pencil')"))]
struct Booking {
    id: Uuid,
}

#[derive(TenantInsert)]
#[tenant(model = User)]
struct NewUser {
    email: String,
    country: Option<String>,
}

/// As an application's own migrations make them.
const TABLES: &str = "
    CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
    CREATE TABLE users (tenant_id uuid NOT NULL, id uuid NOT NULL, email text NOT NULL, country text, PRIMARY KEY (tenant_id, id));
    CREATE TABLE credentials (id uuid PRIMARY KEY, user_id uuid, label text NOT NULL);
    CREATE TABLE challenges (id uuid PRIMARY KEY, credential_id uuid NOT NULL);
    CREATE TABLE bookings (
        tenant_id uuid NOT NULL, id uuid NOT NULL, room text NOT NULL, starts integer NOT NULL, ends integer NOT NULL,
        status text NOT NULL, user_id uuid, version integer NOT NULL, PRIMARY KEY (tenant_id, id));
    INSERT INTO countries VALUES ('ch', 'Switzerland');";

const A: &str = "00000000-0000-0000-0000-00000000000a";
const B: &str = "00000000-0000-0000-0000-00000000000b";

/// One user for each tenant, with a credential and a challenge: ids end as the tenant's.
const ROWS: &str = "
    INSERT INTO users VALUES
      ('00000000-0000-0000-0000-00000000000a', '10000000-0000-0000-0000-00000000000a', 'ada@example.com', 'ch'),
      ('00000000-0000-0000-0000-00000000000b', '10000000-0000-0000-0000-00000000000b', 'ada@example.com', NULL);
    INSERT INTO credentials SELECT overlay(id::text placing '2' from 1 for 1)::uuid, id, 'key' FROM users;
    INSERT INTO challenges SELECT overlay(id::text placing '3' from 1 for 1)::uuid, id FROM credentials;";

struct World {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl World {
    /// The tables with `rows`, before anything is isolated.
    async fn before(rows: &str) -> Self {
        let config = DatabaseConfig::default().with_role_prefix(&unique_name("c")).unwrap();
        let setup = DatabaseSetup::new().statement(TABLES).statement(rows);
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        Self { database, config }
    }

    async fn migrate(&self) -> tenant_db::Result<Vec<String>> {
        Migrator::new(self.database.admin_url()).isolation(self.config.clone()).run().await
    }

    async fn isolated() -> Self {
        let world = Self::before(ROWS).await;
        world.migrate().await.unwrap();
        world
    }

    async fn execute(&self, sql: &str) {
        let sql = sql.replace("{runtime}", self.config.runtime_role());
        self.database.execute(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    async fn truth(&self, sql: &str) -> String {
        let rows = self.database.query_text(sql).await.unwrap();
        rows.into_iter().flatten().flatten().collect::<Vec<_>>().join(",")
    }

    async fn report(&self) -> doctor::Report {
        doctor::check(&self.database.url(self.config.runtime_role()), &self.config).await.unwrap()
    }

    /// A session that this library has no part in, as somebody with the runtime role's password has it.
    async fn session(&self) -> Client {
        let url = self.database.url(self.config.runtime_role());
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    async fn connect(&self) -> TenantDb {
        let url = self.database.url(self.config.runtime_role());
        TenantDb::builder(url).database(self.config.clone()).pool_size(2).connect().await.unwrap()
    }
}

/// What `sql` gives as `tenant`: the first column of each row, or the SQLSTATE with the constraint.
async fn as_tenant(client: &Client, tenant: &str, sql: &str) -> Result<String, String> {
    client.batch_execute(&format!("BEGIN; SET LOCAL app.current_tenant = '{tenant}'")).await.unwrap();
    let answer = client.simple_query(sql).await;
    client.batch_execute(if answer.is_ok() { "COMMIT" } else { "ROLLBACK" }).await.unwrap();
    match answer {
        Ok(messages) => {
            let rows = messages.iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                tokio_postgres::SimpleQueryMessage::CommandComplete(count) => Some(count.to_string()),
                _ => None,
            });
            Ok(rows.collect::<Vec<_>>().join(","))
        }
        Err(error) => {
            let error = error.as_db_error().expect("an answer of the server").clone();
            Err(format!("{} {}", error.code().code(), error.constraint().unwrap_or_default())
                .trim()
                .to_owned())
        }
    }
}

fn context(tenant: &str) -> TenantContext {
    danger::context("a test has no users", Identity::new(tenant.parse::<Uuid>().unwrap(), "test")).unwrap()
}

#[tokio::test]
async fn what_the_migrations_make_is_what_verification_asks_for() {
    let world = World::isolated().await;
    let report = world.report().await;
    assert_eq!(report.findings(), [], "{report}");
    let indexes =
        world.truth("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'IDX%' ORDER BY 1").await;
    assert_eq!(
        indexes, "IDX_challenges_credential_rls",
        "the unique key of credentials leads with the parent already"
    );
}

#[tokio::test]
async fn children_and_grandchildren_are_seen_by_the_tenant_of_their_parent() {
    let world = World::isolated().await;
    let client = world.session().await;
    for table in ["users", "credentials", "challenges"] {
        let seen = as_tenant(&client, A, &format!("SELECT right(id::text, 1) FROM {table}")).await;
        assert_eq!(seen, Ok("a,1".to_owned()), "{table}");
        let changed =
            as_tenant(&client, A, &format!("DELETE FROM {table} WHERE right(id::text, 1) = 'b'")).await;
        assert_eq!(changed, Ok("0".to_owned()), "{table}");
        let nobody = client.simple_query(&format!("SELECT id FROM {table}")).await.unwrap_err();
        assert_eq!(nobody.code().unwrap().code(), "42501", "{table}");
    }
    assert_eq!(world.truth("SELECT count(*)::text FROM challenges").await, "2");
}

#[tokio::test]
async fn a_child_is_not_put_under_a_foreign_parent() {
    let world = World::isolated().await;
    let client = world.session().await;
    let foreign_user = "'10000000-0000-0000-0000-00000000000b'";
    let inserted = as_tenant(
        &client,
        A,
        &format!("INSERT INTO credentials VALUES (gen_random_uuid(), {foreign_user}, 'x')"),
    )
    .await;
    assert_eq!(inserted, Err("42501".to_owned()));
    let moved = as_tenant(&client, A, &format!("UPDATE credentials SET user_id = {foreign_user}")).await;
    assert_eq!(moved, Err("42501".to_owned()));
    let absent = "'10000000-0000-0000-0000-0000000000ff'";
    let inserted =
        as_tenant(&client, A, &format!("INSERT INTO credentials VALUES (gen_random_uuid(), {absent}, 'x')"))
            .await;
    assert_eq!(inserted, Err("42501".to_owned()), "a foreign parent looks like an absent one");
    let foreign = "'20000000-0000-0000-0000-00000000000b'";
    let grandchild =
        as_tenant(&client, A, &format!("INSERT INTO challenges VALUES (gen_random_uuid(), {foreign})")).await;
    assert_eq!(grandchild, Err("42501".to_owned()));
    let own = "'20000000-0000-0000-0000-00000000000a'";
    let grandchild =
        as_tenant(&client, A, &format!("INSERT INTO challenges VALUES (gen_random_uuid(), {own})")).await;
    assert_eq!(grandchild, Ok("1".to_owned()));
}

/// The tenant is compared in each policy, so none of them rests on that of the table above.
#[tokio::test]
async fn a_child_s_policy_holds_without_its_parent_s() {
    let world = World::isolated().await;
    world.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY; ALTER TABLE credentials DISABLE ROW LEVEL SECURITY").await;
    let client = world.session().await;
    let seen = as_tenant(&client, A, "SELECT right(id::text, 1) FROM challenges").await;
    assert_eq!(seen, Ok("a,1".to_owned()));
}

#[tokio::test]
async fn a_policy_that_permits_more_does_not_widen_the_floor_of_a_child() {
    let world = World::isolated().await;
    world.execute("CREATE POLICY everything ON credentials USING (true) WITH CHECK (true)").await;
    let client = world.session().await;
    let seen = as_tenant(&client, A, "SELECT right(id::text, 1) FROM credentials").await;
    assert_eq!(seen, Ok("a,1".to_owned()));
}

#[tokio::test]
async fn keys_are_the_tenant_s_own() {
    let world = World::isolated().await;
    let client = world.session().await;
    let insert = |tenant: &str, id: &str| {
        format!(
            "INSERT INTO users VALUES ('{tenant}', '{id}0000000-0000-0000-0000-000000000000', 'new@example.com')"
        )
    };
    assert_eq!(as_tenant(&client, A, &insert(A, "4")).await, Ok("1".to_owned()));
    assert_eq!(
        as_tenant(&client, A, &insert(A, "5")).await,
        Err("23505 users_tenant_id_email_key".to_owned())
    );
    assert_eq!(
        as_tenant(&client, B, &insert(B, "6")).await,
        Ok("1".to_owned()),
        "the other tenant has nothing to do with it"
    );
}

#[tokio::test]
async fn references_lead_to_rows_of_the_same_tenant_and_keep_it() {
    let world = World::isolated().await;
    let client = world.session().await;
    let book = |user: char, start: i32| {
        format!(
            "INSERT INTO bookings (tenant_id, id, room, starts, ends, status, user_id)
             VALUES ('{A}', gen_random_uuid(), 'one', {start}, {start} + 1, 'confirmed', '10000000-0000-0000-0000-00000000000{user}')"
        )
    };
    let across = as_tenant(&client, A, &book('b', 1)).await;
    assert_eq!(across, Err("23503 bookings_tenant_id_user_id_fkey".to_owned()));
    assert_eq!(as_tenant(&client, A, &book('a', 1)).await, Ok("1".to_owned()));
    let referred = as_tenant(&client, A, "DELETE FROM users").await;
    assert_eq!(
        referred,
        Err("23503 challenges_credential_id_fkey".to_owned()),
        "nothing was said of challenges"
    );
    let referred = as_tenant(&client, A, "WITH gone AS (DELETE FROM challenges) SELECT 1").await;
    assert_eq!(referred, Ok("1,1".to_owned()));
    let referred = as_tenant(&client, A, "DELETE FROM users").await;
    assert_eq!(referred, Ok("1".to_owned()));
    let left = world
        .truth("SELECT right(tenant_id::text, 1) || coalesce(user_id::text, '-') || version FROM bookings")
        .await;
    assert_eq!(left, "a-1", "the tenant stays, the reference goes, and the version began by itself");
    assert_eq!(
        world.truth("SELECT count(*)::text FROM credentials").await,
        "1",
        "children go with their parent"
    );
    let restricted = world.database.execute("UPDATE users SET country = 'ch'; DELETE FROM countries").await;
    assert!(restricted.unwrap_err().to_string().contains("23503"));
}

#[tokio::test]
async fn two_bookings_of_a_tenant_do_not_overlap() {
    let world = World::isolated().await;
    let client = world.session().await;
    let book = |tenant: &str, starts: i32, ends: i32, status: &str| {
        format!(
            "INSERT INTO bookings (tenant_id, id, room, starts, ends, status)
             VALUES ('{tenant}', gen_random_uuid(), 'one', {starts}, {ends}, '{status}')"
        )
    };
    let ok = Ok("1".to_owned());
    assert_eq!(as_tenant(&client, A, &book(A, 1, 4, "confirmed")).await, ok);
    assert_eq!(
        as_tenant(&client, A, &book(A, 3, 5, "pencil")).await,
        Err("23P01 no_double_booking".to_owned())
    );
    assert_eq!(as_tenant(&client, A, &book(A, 3, 5, "cancelled")).await, ok);
    assert_eq!(as_tenant(&client, A, &book(A, 4, 5, "pencil")).await, ok);
    assert_eq!(
        as_tenant(&client, B, &book(B, 1, 9, "confirmed")).await,
        ok,
        "the other tenant's rooms are its own"
    );
    assert_eq!(
        as_tenant(&client, A, &book(A, 8, 7, "confirmed")).await,
        Err("23514 bookings_order".to_owned())
    );
}

#[tokio::test]
async fn a_global_table_is_read_and_not_written() {
    let world = World::isolated().await;
    let client = world.session().await;
    let read = client.simple_query("SELECT code FROM countries").await;
    assert!(read.is_ok(), "{read:?}");
    for sql in [
        "INSERT INTO countries VALUES ('x', 'y')",
        "UPDATE countries SET name = 'y'",
        "DELETE FROM countries",
    ] {
        assert_eq!(as_tenant(&client, A, sql).await, Err("42501".to_owned()), "{sql}");
    }
    let db = world.connect().await;
    let countries: Vec<Country> = db.global::<Country>(&context(A)).load().await.unwrap();
    assert_eq!((countries[0].code.as_str(), countries[0].name.as_str()), ("ch", "Switzerland"));
}

#[tokio::test]
async fn a_conflict_names_the_columns_of_the_model_and_no_data() {
    let world = World::isolated().await;
    let db = world.connect().await;
    let context = context(A);
    let users = db.scoped::<User>(&context);
    let new = |country: Option<&str>| NewUser {
        email: "new@example.com".to_owned(),
        country: country.map(str::to_owned),
    };
    let conflict = users.insert(new(Some("atlantis"))).await.unwrap_err();
    let Error::Conflict(details) = &conflict else { panic!("{conflict:?}") };
    assert_eq!(
        (details.constraint(), details.columns()),
        (Some("users_country_fkey"), ["country"].as_slice())
    );
    assert!(!format!("{conflict:?} {conflict}").contains("atlantis"));
    users.insert(new(None)).await.unwrap();
    let conflict = users.insert(new(None)).await.unwrap_err();
    let Error::Conflict(details) = &conflict else { panic!("{conflict:?}") };
    assert_eq!(
        (details.constraint(), details.columns()),
        (Some("users_tenant_id_email_key"), ["email"].as_slice())
    );
    assert!(!format!("{conflict:?} {conflict}").contains("example.com"));
}

/// Adopting a table whose rows do not obey: it says which constraint, and no row, and nothing has changed.
#[tokio::test]
async fn rows_that_do_not_obey_a_constraint_stop_its_migration() {
    let again = "INSERT INTO users SELECT tenant_id, gen_random_uuid(), email FROM users LIMIT 1";
    let crossed = format!(
        "INSERT INTO bookings VALUES ('{A}', gen_random_uuid(), 'r', 1, 2, 'x', '10000000-0000-0000-0000-00000000000b', 1)"
    );
    let reversed = format!("INSERT INTO bookings VALUES ('{A}', gen_random_uuid(), 'r', 2, 1, 'x', NULL, 1)");
    let twice = format!(
        "INSERT INTO bookings SELECT '{A}', gen_random_uuid(), 'room-name', 1, 2, 'pencil', NULL, 1 FROM generate_series(1, 2)"
    );
    let orphan = "ALTER TABLE credentials DISABLE TRIGGER ALL; INSERT INTO credentials VALUES (gen_random_uuid(), NULL, 'x')";
    for (rows, said) in [
        (again, "rows of table public.users do not obey constraint users_tenant_id_email_key"),
        (
            &crossed,
            "rows of table public.bookings refer to rows of public.users that their tenant does not have",
        ),
        (&reversed, "rows of table public.bookings do not obey constraint bookings_order"),
        (&twice, "rows of table public.bookings do not obey constraint no_double_booking"),
        (orphan, "rows of table public.credentials have no user_id, so they belong to no tenant"),
    ] {
        let world = World::before(&format!("{ROWS}{rows}")).await;
        let error = world.migrate().await.unwrap_err().to_string();
        assert!(error.contains(said), "{error} does not say {said}");
        for data in ["example.com", "room-name", "00000000-"] {
            assert!(!error.contains(data), "{error} quotes {data}");
        }
    }
}

#[tokio::test]
async fn constraints_that_are_there_are_kept_and_others_of_the_name_refused() {
    let there = "ALTER TABLE users ADD CONSTRAINT mails UNIQUE (email, tenant_id);
        ALTER TABLE bookings ADD CONSTRAINT in_order CHECK (starts < ends);
        ALTER TABLE credentials ADD CONSTRAINT owner FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;"
        .replace("REFERENCES users", "REFERENCES users (id)");
    let world = World::before(&format!("{ROWS} CREATE UNIQUE INDEX users_id ON users (id); {there}")).await;
    world.migrate().await.unwrap();
    let names = "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid IN
        ('users'::regclass, 'bookings'::regclass, 'credentials'::regclass) AND contype IN ('c', 'u', 'f')";
    assert_eq!(
        world.truth(names).await,
        "bookings_order bookings_tenant_id_user_id_fkey credentials_user_id_label_key mails owner users_country_fkey",
        "the condition takes the model's name, the others keep theirs"
    );
    let report = world.report().await;
    assert!(report.is_ok(), "{report}");

    let other =
        World::before("ALTER TABLE bookings ADD CONSTRAINT bookings_order CHECK (starts <= ends)").await;
    let error = other.migrate().await.unwrap_err().to_string();
    assert!(error.contains("constraint bookings_order of table public.bookings is not the one"), "{error}");
}

/// Breaks a fact, and expects one finding, which its own remedy makes go away.
async fn one_finding(code: &str, mutation: &str) {
    let world = World::isolated().await;
    world.execute(mutation).await;
    let report = world.report().await;
    let codes: Vec<&str> = report.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [code], "{report}");
    let finding = &report.findings()[0];
    world.execute(&finding.remedy).await;
    let mended = world.report().await;
    assert_eq!(mended.findings(), [], "after {}\n{mended}", finding.remedy);
}

macro_rules! mutations {
    ($($code:literal $name:ident: $mutation:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                one_finding($code, $mutation).await;
            }
        )*
    };
}

mutations! {
    "TD205" a_child_that_may_have_no_parent_is_found: "ALTER TABLE challenges ALTER COLUMN credential_id DROP NOT NULL";
    "TD206" a_child_without_row_security_is_found: "ALTER TABLE challenges DISABLE ROW LEVEL SECURITY";
    "TD207" a_child_whose_row_security_is_not_forced_is_found: "ALTER TABLE credentials NO FORCE ROW LEVEL SECURITY";
    "TD211" a_global_table_that_can_be_written_is_found: "GRANT UPDATE (name) ON countries TO {runtime}";
    "TD212" a_global_table_that_cannot_be_read_is_found: "REVOKE SELECT ON countries FROM {runtime}";
    "TD215" a_unique_key_of_a_child_without_its_parent_is_found: "UPDATE credentials SET label = id::text; ALTER TABLE credentials ADD UNIQUE (label)";
    "TD218" a_missing_unique_key_is_found: "ALTER TABLE users DROP CONSTRAINT users_tenant_id_email_key";
    "TD218" a_unique_key_for_some_rows_only_is_found:
        "ALTER TABLE users DROP CONSTRAINT users_tenant_id_email_key;
         CREATE UNIQUE INDEX ON users (tenant_id, email) WHERE country IS NULL";
    "TD218" a_missing_check_is_found: "ALTER TABLE bookings DROP CONSTRAINT bookings_order";
    "TD218" a_check_that_was_not_validated_is_found:
        "ALTER TABLE bookings DROP CONSTRAINT bookings_order;
         ALTER TABLE bookings ADD CONSTRAINT bookings_order CHECK (starts < ends) NOT VALID";
    "TD218" a_missing_exclusion_constraint_is_found: "ALTER TABLE bookings DROP CONSTRAINT no_double_booking";
    "TD218" a_missing_reference_is_found: "ALTER TABLE bookings DROP CONSTRAINT bookings_tenant_id_user_id_fkey";
    "TD218" a_reference_that_does_something_else_is_found:
        "ALTER TABLE bookings DROP CONSTRAINT bookings_tenant_id_user_id_fkey,
         ADD FOREIGN KEY (tenant_id, user_id) REFERENCES users ON DELETE CASCADE";
    "TD218" a_missing_reference_to_a_parent_is_found: "ALTER TABLE challenges DROP CONSTRAINT challenges_credential_id_fkey";
    "TD219" a_version_that_nobody_begins_is_found: "ALTER TABLE bookings ALTER COLUMN version DROP DEFAULT";
    "TD301" a_missing_policy_of_a_child_is_found: "DROP POLICY challenges_tenant_select ON challenges";
    "TD302" a_child_s_policy_that_asks_for_any_parent_is_found:
        "ALTER POLICY credentials_tenant_select ON credentials
         USING (EXISTS (SELECT 1 FROM users p1 WHERE p1.id = credentials.user_id))";
    "TD302" a_child_s_policy_that_asks_for_some_parent_is_found:
        "ALTER POLICY credentials_tenant_isolation ON credentials
         USING (EXISTS (SELECT 1 FROM users p1 WHERE p1.id = p1.id AND p1.tenant_id = (SELECT tenant_db.tenant_uuid() AS tenant_uuid)))";
    "TD302" a_grandchild_s_policy_that_stops_half_way_is_found:
        "ALTER POLICY challenges_tenant_insert ON challenges
         WITH CHECK (EXISTS (SELECT 1 FROM credentials p1 WHERE p1.id = challenges.credential_id))";
    "TD303" a_permissive_policy_of_a_child_is_found: "CREATE POLICY everything ON challenges USING (true)";
}

#[test]
fn each_constraint_has_a_migration_of_its_own() {
    let names: Vec<String> =
        migrations(&DatabaseConfig::default()).unwrap().into_iter().map(|migration| migration.name).collect();
    let of = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
    assert_eq!(
        (
            of("tenant_db_isolate"),
            of("tenant_db_global"),
            of("tenant_db_through"),
            of("tenant_db_key"),
            of("tenant_db_reference")
        ),
        (2, 1, 2, 5, 4),
        "{names:#?}"
    );
}
