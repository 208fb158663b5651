//! Public views: what everybody sees of tenants' rows, and that whoever reads them reaches nothing else.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy knows tests, but not what they share"
)]

use diesel::prelude::*;
use tenant_db::database::{DatabaseConfig, Migrator};
use tenant_db::prelude::*;
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{Error, PublicDb, PublicView, TenantDb, doctor};
use tokio_postgres::Client;
use uuid::Uuid;

#[allow(missing_docs, reason = "`table!` writes items that nobody can document")]
mod schema {
    diesel::table! {
        job_listings (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            title -> Text,
            salary -> BigInt,
            status -> Text,
            visibility -> Text,
        }
    }
    diesel::table! { notes (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, body -> Text, } }
    diesel::table! { public_job_listings (id) { id -> Uuid, title -> Text, } }
    diesel::table! { companies_that_hire (id) { tenant_id -> Uuid, id -> Uuid, } }
}

use schema::{companies_that_hire, job_listings, notes, public_job_listings};

#[derive(Debug, TenantScoped)]
#[tenant(table = job_listings)]
struct JobListing {
    id: Uuid,
}

#[derive(Debug, TenantScoped)]
#[tenant(table = notes)]
struct Note {
    id: Uuid,
}

#[derive(Debug, PublicView)]
#[public_view(table = public_job_listings, of = JobListing, rows = "status = 'open' AND visibility = 'public' -- both")]
struct PublicJob {
    id: Uuid,
    title: String,
}

#[derive(Debug, PublicView)]
#[public_view(table = companies_that_hire, of = JobListing, rows = "status = 'open'")]
struct Company {
    tenant_id: Uuid,
    id: Uuid,
}

const A: &str = "00000000-0000-0000-0000-00000000000a";

const TABLES: &str = "
    CREATE TYPE state AS ENUM ('open');
    CREATE TABLE job_listings (
        tenant_id uuid NOT NULL, id uuid NOT NULL, title text NOT NULL, salary bigint NOT NULL, status text NOT NULL,
        visibility text NOT NULL, PRIMARY KEY (tenant_id, id));
    CREATE TABLE notes (tenant_id uuid NOT NULL, id uuid NOT NULL, body text NOT NULL, PRIMARY KEY (tenant_id, id));
    CREATE TABLE elsewhere (secret text);
    INSERT INTO elsewhere VALUES ('s');
    INSERT INTO notes VALUES ('00000000-0000-0000-0000-00000000000a', gen_random_uuid(), 'secret');
    INSERT INTO job_listings SELECT t::uuid, gen_random_uuid(), format('%s %s of %s', s, v, right(t, 1)), 100, s, v
    FROM unnest(ARRAY['00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b']) t,
         unnest(ARRAY['open', 'closed']) s, unnest(ARRAY['public', 'internal']) v;";

struct World {
    database: TestDatabase,
    config: DatabaseConfig,
}

impl World {
    async fn new() -> Self {
        let config = DatabaseConfig::default().with_role_prefix(&unique_name("p")).unwrap();
        let setup = DatabaseSetup::new().statement(TABLES);
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        let world = Self { database, config };
        world.migrator().run().await.unwrap();
        world
    }

    fn migrator(&self) -> Migrator {
        Migrator::new(self.database.admin_url()).isolation(self.config.clone())
    }

    async fn execute(&self, sql: &str) {
        let sql = sql
            .replace("{public}", self.config.public_role())
            .replace("{views}", self.config.views_role())
            .replace("{runtime}", self.config.runtime_role())
            .replace("{owner}", self.config.owner_role());
        self.database.execute(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    async fn truth(&self, sql: &str) -> String {
        let rows = self.database.query_text(sql).await.unwrap();
        rows.into_iter().flatten().flatten().collect::<Vec<_>>().join("\n")
    }

    async fn public(&self) -> tenant_db::Result<PublicDb> {
        let url = self.database.url(self.config.public_role());
        PublicDb::builder(url).database(self.config.clone()).connect().await
    }

    /// A session that this library has no part in, with the password of `role`.
    async fn session(&self, role: &str) -> Client {
        let url = self.database.url(role);
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

/// The first column of each row, or the SQLSTATE.
async fn ask(client: &Client, sql: &str) -> Result<Vec<String>, String> {
    match client.simple_query(sql).await {
        Ok(messages) => Ok(messages
            .iter()
            .filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect()),
        Err(error) => Err(error.code().expect("an answer of the server").code().to_owned()),
    }
}

#[tokio::test]
async fn everybody_reads_the_columns_and_rows_that_are_public_of_all_tenants() {
    let world = World::new().await;
    let public = world.public().await.unwrap();
    let jobs = public.view::<PublicJob>().order(public_job_listings::title.asc()).load().await.unwrap();
    let titles: Vec<&str> = jobs.iter().map(|job| job.title.as_str()).collect();
    assert_eq!(titles, ["open public of a", "open public of b"]);
    let found =
        public.view::<PublicJob>().filter(public_job_listings::id.eq(jobs[1].id)).first().await.unwrap();
    assert_eq!(found.title, "open public of b");
    assert_eq!(public.view::<PublicJob>().count().await.unwrap(), 2);
    assert_eq!(public.view::<Company>().count().await.unwrap(), 4, "each view has rows of its own");
    let companies = public.view::<Company>().limit(1).load().await.unwrap();
    assert!(!companies[0].tenant_id.is_nil() && !companies[0].id.is_nil());
    let none = public.view::<PublicJob>().filter(public_job_listings::title.eq("closed public of a"));
    assert!(!none.exists().await.unwrap());
}

#[tokio::test]
async fn the_reader_reaches_nothing_else() {
    let world = World::new().await;
    let client = world.session(world.config.public_role()).await;
    let seen = ask(&client, "SELECT title FROM public_job_listings ORDER BY 1").await.unwrap();
    assert_eq!(seen, ["open public of a", "open public of b"]);
    for forbidden in [
        "SELECT salary FROM public_job_listings".to_owned(),
        "SELECT id FROM job_listings".to_owned(),
        "SELECT title FROM ONLY job_listings WHERE status = 'open'".to_owned(),
        "SELECT body FROM notes".to_owned(),
        "SELECT secret FROM elsewhere".to_owned(),
        "SELECT * FROM tenant_db.undo".to_owned(),
        "SELECT tenant_db.tenant_uuid()".to_owned(),
        "UPDATE public_job_listings SET title = 'x'".to_owned(),
        "DELETE FROM public_job_listings".to_owned(),
        "INSERT INTO public_job_listings VALUES (gen_random_uuid(), 'x')".to_owned(),
        "SELECT title FROM public_job_listings FOR UPDATE".to_owned(),
        "SELECT set_config('app.current_tenant', 'x', false)".to_owned(),
        "CREATE TEMPORARY TABLE t ()".to_owned(),
        "CREATE TABLE t ()".to_owned(),
        "CREATE FUNCTION f(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'".to_owned(),
        format!("SET ROLE {}", world.config.views_role()),
        format!("SET ROLE {}", world.config.owner_role()),
        format!("SET ROLE {}", world.config.runtime_role()),
        "ALTER VIEW public_job_listings SET (security_barrier = false)".to_owned(),
        "COPY job_listings TO STDOUT".to_owned(),
        "TABLE pg_authid".to_owned(),
    ] {
        let answer = ask(&client, &forbidden).await;
        assert!(
            matches!(&answer, Err(code) if matches!(code.as_str(), "42501" | "42703")),
            "{forbidden} was answered by {answer:?}"
        );
    }
    // A tenant that is set by hand opens nothing.
    client.batch_execute(&format!("SET app.current_tenant = '{A}'")).await.unwrap();
    assert_eq!(ask(&client, "SELECT title FROM public_job_listings").await.unwrap().len(), 2);
    assert_eq!(ask(&client, "SELECT id FROM job_listings").await, Err("42501".to_owned()));
}

/// A function that a query could pass off as cheap sees no row that the view hides.
#[tokio::test]
async fn a_condition_of_a_query_does_not_see_hidden_rows() {
    let world = World::new().await;
    world
        .execute(
            "CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
             'BEGIN RAISE NOTICE ''%'', $1; RETURN $1 !~ ''closed|internal'' OR 1 / length(substr($1, 1000)) > 0; END';
             GRANT EXECUTE ON FUNCTION leak(text) TO {public}",
        )
        .await;
    let client = world.session(world.config.public_role()).await;
    let seen = ask(&client, "SELECT title FROM public_job_listings WHERE leak(title)").await;
    assert_eq!(seen.map(|rows| rows.len()), Ok(2), "dividing by zero would have told of a hidden row");
}

#[tokio::test]
async fn the_view_s_policy_holds_without_the_view_s_own_condition() {
    let world = World::new().await;
    world
        .execute(
            "CREATE VIEW wide WITH (security_barrier) AS SELECT title FROM job_listings;
             GRANT CREATE ON SCHEMA public TO {views}; ALTER VIEW wide OWNER TO {views}; GRANT SELECT ON wide TO {public}",
        )
        .await;
    let client = world.session(world.config.public_role()).await;
    let seen = ask(&client, "SELECT title FROM wide ORDER BY 1").await.unwrap();
    assert!(seen.iter().all(|title| title.starts_with("open")), "{seen:?}");
    world.execute("CREATE VIEW wider AS SELECT salary FROM job_listings; ALTER VIEW wider OWNER TO {views}; GRANT SELECT ON wider TO {public}").await;
    assert_eq!(ask(&client, "SELECT salary FROM wider").await, Err("42501".to_owned()));
}

#[tokio::test]
async fn tenants_are_kept_apart_as_before() {
    let world = World::new().await;
    let runtime = world.session(world.config.runtime_role()).await;
    assert_eq!(
        ask(&runtime, "SELECT id FROM job_listings").await,
        Err("42501".to_owned()),
        "no tenant is set"
    );
    let own = ask(
        &runtime,
        &format!("BEGIN; SET LOCAL app.current_tenant = '{A}'; SELECT title FROM job_listings; COMMIT"),
    )
    .await
    .unwrap();
    assert!(own.len() == 4 && own.iter().all(|title| title.ends_with('a')), "{own:?}");
    // A policy that permits everything is held by the floor, for everybody but the owner of views.
    world.execute("CREATE POLICY everything ON job_listings USING (true)").await;
    let own = ask(
        &runtime,
        &format!("BEGIN; SET LOCAL app.current_tenant = '{A}'; SELECT title FROM job_listings; COMMIT"),
    )
    .await
    .unwrap();
    assert_eq!(own.len(), 4, "{own:?}");
    for (sql, code) in [
        (format!("UPDATE job_listings SET tenant_id = gen_random_uuid() WHERE tenant_id = '{A}'"), "42501"),
        (
            "INSERT INTO job_listings VALUES (gen_random_uuid(), gen_random_uuid(), 't', 1, 'open', 'public')".to_owned(),
            "42501",
        ),
    ] {
        let answer = ask(&runtime, &format!("BEGIN; SET LOCAL app.current_tenant = '{A}'; {sql}")).await;
        assert_eq!(answer, Err(code.to_owned()), "{sql}");
        runtime.batch_execute("ROLLBACK").await.unwrap();
    }
    assert_eq!(ask(&runtime, "SELECT title FROM public_job_listings").await, Err("42501".to_owned()));
    world.execute("DROP POLICY everything ON job_listings").await;
    let url = world.database.url(world.config.runtime_role());
    let report = doctor::check(&url, &world.config).await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
    TenantDb::builder(url).database(world.config.clone()).connect().await.unwrap();
}

/// Another role with rights on the table, which a policy would let see everything, is held by the floor.
#[tokio::test]
async fn the_floor_is_under_every_role_but_the_owner_of_views() {
    let world = World::new().await;
    world
        .execute("CREATE ROLE {runtime}_other LOGIN; GRANT SELECT ON job_listings TO {runtime}_other;
             GRANT USAGE ON SCHEMA tenant_db TO {runtime}_other; GRANT EXECUTE ON FUNCTION tenant_db.tenant_uuid() TO {runtime}_other;
             CREATE POLICY everything ON job_listings TO {runtime}_other USING (true)")
        .await;
    let other = world.session(&format!("{}_other", world.config.runtime_role())).await;
    assert_eq!(ask(&other, "SELECT title FROM job_listings").await, Err("42501".to_owned()));
    other.batch_execute(&format!("SET app.current_tenant = '{A}'")).await.unwrap();
    assert_eq!(ask(&other, "SELECT title FROM job_listings").await.unwrap().len(), 4);
}

/// What is in the way of `connect`: the codes, in their order.
async fn refused(mutation: &str) -> (Vec<&'static str>, World, String) {
    let world = World::new().await;
    world.execute(mutation).await;
    let Error::Misconfigured(report) = world.public().await.unwrap_err() else {
        panic!("refused for another reason")
    };
    let codes = report.findings().iter().map(|finding| finding.code).collect();
    let remedies =
        report.findings().iter().map(|finding| finding.remedy.clone()).collect::<Vec<_>>().join("\n");
    (codes, world, remedies)
}

macro_rules! refusals {
    ($($code:literal $name:ident: $mutation:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let (codes, world, remedies) = refused($mutation).await;
                assert!(!codes.is_empty() && codes.iter().all(|code| *code == $code), "{codes:?}\n{remedies}");
                if remedies.lines().any(|line| !line.starts_with("--")) {
                    world.execute(&remedies).await;
                    world.public().await.expect("the remedy mends it");
                }
            }
        )*
    };
}

refusals! {
    "TD602" a_reader_who_can_become_another_role_is_refused: "GRANT {runtime} TO {public}";
    "TD602" a_reader_who_bypasses_policies_is_refused: "ALTER ROLE {public} BYPASSRLS";
    "TD603" a_reader_of_another_table_is_refused: "GRANT SELECT ON elsewhere TO PUBLIC";
    "TD603" a_reader_of_one_column_of_another_table_is_refused: "GRANT SELECT (title) ON job_listings TO {public}";
    "TD603" a_reader_who_may_write_a_view_is_refused: "GRANT UPDATE ON public_job_listings TO {public}";
    "TD603" a_reader_of_a_sequence_is_refused: "CREATE SEQUENCE s; GRANT USAGE ON SEQUENCE s TO {public}";
    "TD603" a_reader_who_may_create_tables_is_refused: "GRANT CREATE ON SCHEMA public TO {public}";
    "TD604" a_function_with_its_owner_s_rights_is_refused:
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM elsewhere'";
    "TD605" an_owner_of_views_as_whom_one_can_log_in_is_refused: "ALTER ROLE {views} LOGIN";
    "TD605" an_owner_of_views_with_another_column_is_refused: "GRANT SELECT (salary) ON job_listings TO {views}";
    "TD605" an_owner_of_views_with_another_table_is_refused: "GRANT SELECT ON elsewhere TO {views}";
    "TD606" a_missing_view_is_refused: "DROP VIEW public_job_listings";
    "TD607" a_view_with_other_rows_is_refused:
        "CREATE OR REPLACE VIEW public_job_listings WITH (security_barrier) AS SELECT id, title FROM job_listings WHERE status = 'open'";
    "TD607" a_view_without_barrier_is_refused: "ALTER VIEW public_job_listings RESET (security_barrier)";
    "TD607" a_view_with_its_reader_s_rights_is_refused: "ALTER VIEW public_job_listings SET (security_invoker = true)";
    "TD607" a_view_of_another_owner_is_refused: "ALTER VIEW public_job_listings OWNER TO {owner}";
    "TD607" a_policy_that_admits_more_is_refused: "ALTER POLICY public_job_listings_public_rows ON job_listings USING (true)";
    "TD607" a_policy_for_others_is_refused: "ALTER POLICY public_job_listings_public_rows ON job_listings TO {views}, {runtime}";
    "TD607" a_missing_policy_is_refused: "DROP POLICY public_job_listings_public_rows ON job_listings";
    "TD608" a_table_whose_policies_are_not_forced_is_refused: "ALTER TABLE job_listings NO FORCE ROW LEVEL SECURITY";
}

#[tokio::test]
async fn only_the_reader_logs_in_to_read_views() {
    let world = World::new().await;
    for role in [world.config.runtime_role(), world.config.owner_role()] {
        let builder = PublicDb::builder(world.database.url(role)).database(world.config.clone());
        let refused = builder.connect().await.unwrap_err();
        assert!(matches!(&refused, Error::Misconfigured(_) | Error::Connect { .. }), "{refused:?}");
    }
    let url = world.database.url(world.config.public_role());
    let refused = TenantDb::builder(url).database(world.config.clone()).connect().await;
    assert!(matches!(refused, Err(Error::Misconfigured(_))), "the reader serves no tenants");
    world.execute("GRANT {public} TO {runtime}").await;
    let report =
        doctor::check(&world.database.url(world.config.runtime_role()), &world.config).await.unwrap();
    assert!(report.findings().iter().any(|finding| finding.code == "TD113"), "{report}");
}

/// As on a managed database: the administrator may create roles and owns the database, and is no superuser.
#[tokio::test]
async fn an_administrator_who_is_no_superuser_makes_public_views_and_takes_them_back() {
    let config = DatabaseConfig::default().with_role_prefix(&unique_name("p")).unwrap();
    let admin = unique_name("admin");
    let empty = DatabaseSetup::new().statement("SELECT 1");
    let database = Postgres::shared().await.unwrap().create_database(&empty).await.unwrap();
    let world = World { database, config };
    let name = world.database.name();
    world
        .execute(&format!(
            "CREATE ROLE {admin} LOGIN CREATEROLE CREATEDB; ALTER DATABASE {name} OWNER TO {admin};
             ALTER SCHEMA public OWNER TO pg_database_owner; SET ROLE {admin}; {TABLES}"
        ))
        .await;
    let migrator = || Migrator::new(world.database.url(&admin)).isolation(world.config.clone());
    migrator().run().await.unwrap();
    let public = world.public().await.unwrap();
    assert_eq!(public.view::<PublicJob>().count().await.unwrap(), 2);
    drop(public);
    migrator().revert_all().await.unwrap();
    let roles = format!(
        "SELECT count(*)::text FROM pg_roles WHERE rolname IN ('{}', '{}')",
        world.config.public_role(),
        world.config.views_role()
    );
    assert_eq!(world.truth(&roles).await, "0");
}

#[tokio::test]
async fn public_views_are_taken_back() {
    let catalog = "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT format('%s %s %s', polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
        UNION ALL SELECT relname || relkind::text || coalesce(relacl::text, '') FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT attrelid::regclass::text || attname || coalesce(attacl::text, '') FROM pg_attribute WHERE attrelid = 'job_listings'::regclass
        UNION ALL SELECT nspname || coalesce(nspacl::text, '') FROM pg_namespace
        UNION ALL SELECT proname || coalesce(proacl::text, '') FROM pg_proc WHERE pronamespace = 'tenant_db'::regnamespace
        UNION ALL SELECT rolname FROM pg_roles
    ) AS l (line)";
    let world = World::new().await;
    let with_views = world.truth(catalog).await;
    let migrations = tenant_db::database::migrations(&world.config).unwrap();
    let views: Vec<_> = migrations
        .iter()
        .filter(|migration| {
            migration.name.starts_with("tenant_db_view") || migration.name == "tenant_db_public"
        })
        .collect();
    assert_eq!(views.len(), 3);
    for migration in views.iter().rev() {
        world.execute(&format!("BEGIN; {} COMMIT", migration.down_sql())).await;
    }
    let without = world.truth(catalog).await;
    for trace in ["public_rows", "CURRENT_USER", world.config.public_role(), world.config.views_role()] {
        assert!(with_views.contains(trace), "{trace} is not in {with_views}");
        assert!(!without.contains(trace), "{trace} is left in {without}");
    }
    for migration in &views {
        world.execute(&format!("BEGIN; {} COMMIT", migration.up_sql())).await;
    }
    assert_eq!(world.truth(catalog).await, with_views);
    world.public().await.unwrap();
}
