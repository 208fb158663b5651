//! Applying migrations from a program: order, repetition, failures, and any or no runtime around it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "clippy knows tests, but not what they share")]

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tenant_db::__private::{ModelParts, inventory, model_meta};
use tenant_db::database::{DatabaseConfig, Migrator, write_migrations_with};
use tenant_db::testing::{DatabaseSetup, Postgres, TestDatabase, unique_name};
use tenant_db::{Error, KeyKind, Tenancy, doctor};

inventory::submit! {
    model_meta(ModelParts {
        name: "Project",
        module: "database_migrator",
        table_sql: || "\"projects\"".to_owned(),
        ..ModelParts::new("projects", Tenancy::Column("tenant_id"), KeyKind::Uuid)
    })
}

const CREATE: &str = "CREATE TABLE projects (id uuid PRIMARY KEY, tenant_id uuid);";

struct Place {
    database: TestDatabase,
    config: DatabaseConfig,
    folder: PathBuf,
}

impl Place {
    /// An empty database, and a folder with the migration that creates the table.
    async fn new() -> Self {
        let prefix = unique_name("m");
        let folder = std::env::temp_dir().join(&prefix);
        add(&folder, "2024-01-01-000000_create_projects", CREATE, "DROP TABLE projects;");
        let empty = DatabaseSetup::new().statement("SELECT 1");
        Self {
            database: Postgres::shared().await.unwrap().create_database(&empty).await.unwrap(),
            config: DatabaseConfig::default().with_role_prefix(&prefix).unwrap(),
            folder,
        }
    }

    fn migrator(&self) -> Migrator {
        Migrator::new(self.database.admin_url()).folder(&self.folder)
    }

    async fn count(&self, sql: &str) -> String {
        self.database.query_text(sql).await.unwrap().remove(0).remove(0).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn add(folder: &Path, name: &str, up: &str, down: &str) {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("up.sql"), up).unwrap();
    fs::write(folder.join("down.sql"), down).unwrap();
}

#[tokio::test]
async fn isolation_comes_after_the_folder_and_only_once() {
    let place = Place::new().await;
    let applied = place.migrator().isolation(place.config.clone()).run().await.unwrap();
    assert_eq!(
        applied,
        ["2024-01-01-000000_create_projects", "tenant_db_base", "tenant_db_isolate_projects"]
    );
    assert_eq!(place.migrator().isolation(place.config.clone()).run().await.unwrap(), [""; 0]);

    // A migration of the user's that is added later runs, although its version is lower than that of isolation.
    add(&place.folder, "2024-02-01-000000_more", "CREATE TABLE more ();", "DROP TABLE more;");
    assert_eq!(
        place.migrator().isolation(place.config.clone()).run().await.unwrap(),
        ["2024-02-01-000000_more"]
    );

    let mut reverted = place.migrator().isolation(place.config.clone()).revert_all().await.unwrap();
    reverted.reverse();
    assert_eq!(
        reverted,
        [
            "2024-01-01-000000_create_projects",
            "2024-02-01-000000_more",
            "tenant_db_base",
            "tenant_db_isolate_projects"
        ]
    );
    let left = "SELECT count(*)::text FROM pg_class WHERE relname IN ('projects', 'more', 'undo')";
    assert_eq!(place.count(left).await, "0");
}

#[tokio::test]
async fn written_folders_apply_and_are_not_generated_again() {
    let place = Place::new().await;
    let written = write_migrations_with(&place.folder, &place.config).unwrap();
    assert_eq!(written.len(), 2);
    let applied = place.migrator().isolation(place.config.clone()).run().await.unwrap();
    assert_eq!(applied.len(), 3);
    assert!(applied[2].ends_with("_tenant_db_isolate_projects"), "{applied:?}");
    let url = place.database.url(place.config.runtime_role());
    let report = doctor::check(&url, &place.config).await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
    assert_eq!(place.migrator().revert_all().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_test_s_database_takes_written_folders_and_does_not_isolate_twice() {
    let place = Place::new().await;
    for written in [false, true] {
        if written {
            write_migrations_with(&place.folder, &place.config).unwrap();
        }
        let setup = DatabaseSetup::new().folder(&place.folder).unwrap().isolation(&place.config).unwrap();
        let database = Postgres::shared().await.unwrap().create_database(&setup).await.unwrap();
        let url = database.url(place.config.runtime_role());
        let report = doctor::check(&url, &place.config).await.unwrap();
        assert_eq!(report.findings(), [], "{report}");
    }
    let missing = DatabaseSetup::new().folder(place.folder.join("nowhere"));
    assert!(matches!(missing, Err(Error::InvalidConfiguration { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_failure_names_the_migration_says_what_to_do_and_keeps_nothing_of_it() {
    let place = Place::new().await;
    place.migrator().run().await.unwrap();
    place.database.execute("INSERT INTO projects VALUES (gen_random_uuid(), NULL)").await.unwrap();
    write_migrations_with(&place.folder, &place.config).unwrap();
    let error = place.migrator().run().await.unwrap_err();
    assert!(
        matches!(&error, Error::Migration { migration, .. } if migration.ends_with("_tenant_db_isolate_projects"))
    );
    let text = error.to_string();
    assert!(text.contains("1 rows of table \"public\".\"projects\" belong to no tenant"), "{text}");
    assert!(text.contains("UPDATE"), "the hint is there: {text}");
    assert_eq!(place.count("SELECT count(*)::text FROM projects").await, "1");
    let owner = "SELECT (relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user))::text FROM pg_class \
                 WHERE relname = 'projects'";
    assert_eq!(place.count(owner).await, "true");
}

#[tokio::test]
async fn a_refusal_of_ours_is_told_without_the_statement_that_raised_it() {
    let place = Place::new().await;
    place.database.execute("CREATE TABLE projects (id uuid PRIMARY KEY, tenant_id text)").await.unwrap();
    let wrong_type =
        Migrator::new(place.database.admin_url()).isolation(place.config.clone()).run().await.unwrap_err();
    let role = place.config.runtime_role();
    place.database.execute(&format!("ALTER ROLE {role} SUPERUSER")).await.unwrap();
    let other = Place::new().await;
    let superuser = other.migrator().isolation(place.config.clone()).run().await.unwrap_err();
    for text in [wrong_type.to_string(), superuser.to_string()] {
        assert!(text.contains("tenant_db: "), "{text}");
        for statement in ["DO $", "BEGIN", "DECLARE", "RAISE"] {
            assert!(!text.contains(statement), "{text}");
        }
        assert!(text.lines().count() <= 2, "{text}");
    }
    assert!(superuser.to_string().contains("Run: ALTER ROLE"), "the hint is there: {superuser}");
}

#[tokio::test]
async fn a_role_that_may_not_migrate_is_told_which_one_may() {
    let place = Place::new().await;
    place.migrator().isolation(place.config.clone()).run().await.unwrap();
    let runtime = || Migrator::new(place.database.url(place.config.runtime_role())).folder(&place.folder);
    let no_schema = runtime().run().await.unwrap_err().to_string();
    place.database.execute("GRANT CREATE ON SCHEMA public TO PUBLIC").await.unwrap();
    let no_table = runtime().run().await.unwrap_err().to_string();
    assert!(no_table.contains("permission denied for table __diesel_schema_migrations"), "{no_table}");
    assert!(no_schema.contains("permission denied for schema public"), "{no_schema}");
    for text in [no_table, no_schema] {
        assert!(text.contains("run it as the administrator or as the migrator role"), "{text}");
    }
}

#[tokio::test]
async fn isolating_a_table_that_is_not_there_says_which_migration_comes_first() {
    let place = Place::new().await;
    let error =
        Migrator::new(place.database.admin_url()).isolation(place.config.clone()).run().await.unwrap_err();
    assert!(error.to_string().contains("Apply the migration that creates the table before"), "{error}");
}

#[tokio::test]
async fn roles_that_exist_and_do_not_fit_are_refused() {
    for (part, attribute) in
        [("runtime", "LOGIN BYPASSRLS"), ("runtime", "LOGIN SUPERUSER"), ("owner", "LOGIN")]
    {
        let place = Place::new().await;
        let role = place.config.runtime_role().replace("runtime", part);
        place.database.execute(&format!("CREATE ROLE {role} {attribute}")).await.unwrap();
        let error = place.migrator().isolation(place.config.clone()).run().await.unwrap_err().to_string();
        assert!(error.contains("cannot be the") && error.contains("ALTER ROLE"), "{attribute}: {error}");
    }
}

#[tokio::test]
async fn a_runtime_role_that_can_become_another_one_is_refused() {
    let place = Place::new().await;
    let role = place.config.runtime_role();
    let statements =
        format!("CREATE ROLE {role} LOGIN; CREATE ROLE {role}_b BYPASSRLS; GRANT {role}_b TO {role}");
    place.database.execute(&statements).await.unwrap();
    let error = place.migrator().isolation(place.config.clone()).run().await.unwrap_err().to_string();
    assert!(error.contains("it can become"), "{error}");
}

#[tokio::test]
async fn two_programs_that_start_at_once_migrate_once() {
    let place = Place::new().await;
    let migrator = || place.migrator().isolation(place.config.clone());
    let (one, other) = tokio::join!(migrator().run(), migrator().run());
    assert_eq!(one.unwrap().len() + other.unwrap().len(), 3);
}

#[tokio::test]
async fn the_migrator_role_goes_on_where_a_superuser_began() {
    let place = Place::new().await;
    place.migrator().isolation(place.config.clone()).run().await.unwrap();
    add(&place.folder, "2024-03-01-000000_tasks", "CREATE TABLE tasks ();", "DROP TABLE tasks;");
    let url = place.database.url(place.config.migrator_role());
    let applied = Migrator::new(url).folder(&place.folder).run().await.unwrap();
    assert_eq!(applied, ["2024-03-01-000000_tasks"]);
}

#[tokio::test]
async fn an_unreachable_database_is_a_connect_error_without_the_password() {
    let error = Migrator::new("postgresql://u:hunter2@127.0.0.1:1/x").run().await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"));
    assert!(!format!("{:?}", Migrator::new("postgresql://u:hunter2@h/x")).contains("hunter2"));
}

#[test]
fn it_works_without_any_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = runtime.block_on(Place::new());
    let mut future = pin!(place.migrator().run());
    let applied = loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(applied) => break applied,
            Poll::Pending => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    assert_eq!(applied.unwrap().len(), 1);
    runtime.block_on(async move { drop(place) });
}
