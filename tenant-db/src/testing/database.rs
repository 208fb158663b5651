//! A database for one test.

use std::thread;

use super::launch::{LaunchError, ServerUrl, ServerVersion};
use super::setup::{DatabaseSetup, unique_name};
use super::sql::{Session, identifier, literal};
use super::template;

/// A database for one test, dropped with the value.
///
/// ```
/// use tenant_db::testing::{DatabaseSetup, Postgres};
///
/// # async fn example() -> Result<(), tenant_db::testing::LaunchError> {
/// let database = Postgres::shared().await?.create_database(&DatabaseSetup::new()).await?;
/// let url = database.url("postgres");
/// # let _ = url;
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
/// ```
///
/// Dropping it closes whatever connections to it are left.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: ServerUrl,
    admin_url: String,
    /// The roles to drop as well: those of a server that is not ours.
    roles: Vec<OwnRole>,
    ours: bool,
}

/// A role on a server that is not ours.
struct OwnRole {
    name: String,
    password: String,
}

/// Without the password (I10).
impl std::fmt::Debug for OwnRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl TestDatabase {
    /// A copy of the setup's template, on a server that goes away anyway.
    pub(super) async fn copy(
        server: &ServerUrl,
        version: ServerVersion,
        setup: &DatabaseSetup,
    ) -> Result<Self, LaunchError> {
        // Made before the database is, so that a caller who goes away in the middle leaves none behind.
        let database = Self::named(server, true);
        template::copy(server, version, setup, &database.name).await?;
        template::run(server, &database.name, setup.statements_in_each()).await?;
        Ok(database)
    }

    /// A database without a template, on a server where templates and roles would stay behind.
    pub(super) async fn build(server: &ServerUrl, setup: &DatabaseSetup) -> Result<Self, LaunchError> {
        let mut database = Self::named(server, false);
        let session = Session::open(&server.admin()).await?;
        for role in setup.roles() {
            let query = format!("SELECT FROM pg_roles WHERE rolname = {}", literal(role));
            if session.has_rows(&query).await? {
                return Err(LaunchError::RoleExists { role: role.clone() });
            }
        }
        // From here on they are ours to drop.
        database.roles = setup
            .roles()
            .iter()
            .map(|name| OwnRole { name: name.clone(), password: unique_name("tdb") })
            .collect();
        session.execute(&format!("CREATE DATABASE {}", identifier(&database.name))).await?;
        template::run(server, &database.name, setup.statements_in_template()).await?;
        template::run(server, &database.name, setup.statements_in_each()).await?;
        for OwnRole { name, password } in &database.roles {
            // Such a server hardly lets anybody in without a password.
            let statement = format!("ALTER ROLE {} PASSWORD {}", identifier(name), literal(password));
            session.execute(&statement).await?;
        }
        Ok(database)
    }

    fn named(server: &ServerUrl, ours: bool) -> Self {
        let name = unique_name("tdb");
        Self { admin_url: server.admin_of(&name), name, server: server.clone(), roles: Vec::new(), ours }
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL of `user` for this database.
    #[must_use]
    pub fn url(&self, user: &str) -> String {
        let role = self.roles.iter().find(|role| role.name == user);
        self.server.of(user, role.map(|role| role.password.as_str()), &self.name)
    }

    /// The administrator's URL for this database.
    #[must_use]
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// Runs SQL, one statement or several, as the administrator: for a test's set-up.
    ///
    /// # Isolation
    ///
    /// None: a superuser bypasses row-level security. Application code has no way to this.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Statement`] with the server's message.
    pub async fn execute(&self, sql: &str) -> Result<(), LaunchError> {
        Session::open(&self.admin_url).await?.execute(sql).await
    }

    /// The rows of a query as text, read by the administrator: for a test that looks at what is really there.
    ///
    /// # Isolation
    ///
    /// None, as for [`TestDatabase::execute`].
    ///
    /// # Errors
    ///
    /// [`LaunchError::Statement`] with the server's message.
    pub async fn query_text(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, LaunchError> {
        Session::open(&self.admin_url).await?.rows(sql).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let database = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(&self.name));
        let roles = self.roles.iter().map(|role| format!("DROP ROLE IF EXISTS {}", identifier(&role.name)));
        let statements: Vec<String> = std::iter::once(database).chain(roles).collect();
        let url = self.server.admin();
        // A thread with a runtime of its own: this runs inside and outside of one, and a runtime that is shutting
        // down takes no new work. Joined, because a process that ends would take the thread along.
        let outcome = thread::spawn(move || drop_all(&url, &statements)).join();
        // The databases of a server that is ours go with it, so a server that is already gone is no failure.
        if !self.ours && !matches!(outcome, Ok(Ok(()))) {
            let roles: Vec<&str> = self.roles.iter().map(|role| role.name.as_str()).collect();
            eprintln!(
                "tenant-db: could not drop the test database {} and its roles {roles:?} from the server of \
                 TENANT_DB_TEST_URL: {outcome:?}",
                self.name
            );
        }
    }
}

fn drop_all(url: &str, statements: &[String]) -> Result<(), LaunchError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| LaunchError::Connect { source: error.into() })?;
    runtime.block_on(async {
        let session = Session::open(url).await?;
        for statement in statements {
            session.execute(statement).await?;
        }
        Ok(())
    })
}
