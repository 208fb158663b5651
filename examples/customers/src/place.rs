//! [`Place`]: a throw-away copy of the legacy database, for the demo and the tests.

use tenant_db::database::DatabaseConfig;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};

use crate::adoption::{self, Adoption};
use crate::directory::Directory;
use crate::error::Result;
use crate::legacy::{LegacyProgram, LegacyRoles};
use crate::service::Service;

/// A throw-away copy of the legacy database, gone when this is dropped.
#[derive(Debug)]
pub struct Place {
    database: TestDatabase,
    config: DatabaseConfig,
    roles: LegacyRoles,
    prefix: String,
}

/// One line for each fact about tables, keys, policies, triggers, rights, functions and roles.
const SCHEMA: &str = "
WITH relation AS (
  SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
  WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)' AND relname <> '__diesel_schema_migrations'
    AND relname <> '__diesel_schema_migrations_pkey')
SELECT format('relation %s %s owner %s rls %s %s acl %s', name, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity,
    (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(coalesce(relacl, acldefault(
      CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner))) x)) FROM relation
UNION ALL SELECT format('constraint %s %s %s %s', r.name, conname, pg_get_constraintdef(c.oid), obj_description(c.oid))
    FROM pg_constraint c JOIN relation r ON r.oid = conrelid
UNION ALL SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM pg_index JOIN relation r ON r.oid = indrelid
UNION ALL SELECT format('policy %s %s %s %s %s', polrelid::regclass, polname, polroles::regrole[],
    pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
UNION ALL SELECT format('trigger %s %s', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT format('column %s %s %s %s', r.name, attname, attnotnull, attacl)
    FROM pg_attribute JOIN relation r ON r.oid = attrelid WHERE attnum > 0 AND relkind = 'r'
UNION ALL SELECT format('function %s', oid::regprocedure) FROM pg_proc
    WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
UNION ALL SELECT format('role %s', rolname) FROM pg_roles WHERE starts_with(rolname, {prefix})";

impl Place {
    /// With `rows` agreements for each of the four customers.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn new(rows: u32) -> Result<Self> {
        Self::with(rows, "").await
    }

    /// With something that is amiss in the legacy database.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn with(rows: u32, flaw: &str) -> Result<Self> {
        let prefix = unique_name("customers");
        let (roles, config) = (LegacyRoles::new(&prefix), adoption::config(&prefix)?);
        let server = Postgres::shared().await?;
        let mut setup = roles.names().fold(DatabaseSetup::new(), DatabaseSetup::role);
        // Somebody else's server wants passwords, and its roles back: so they are there before the migrations ask for them.
        if matches!(server.source(), ServerSource::FromEnvironment { throwaway: false, .. }) {
            let wanted = [
                (config.owner_role(), "NOLOGIN"),
                (config.migrator_role(), "LOGIN"),
                (config.runtime_role(), "LOGIN"),
            ];
            for (role, login) in wanted {
                setup = setup.role(role).statement(format!("CREATE ROLE {role} {login}"));
            }
        }
        let setup = setup.statements(roles.setup(rows)).statement(format!("SELECT 1; {flaw}"));
        let database = server.create_database(&setup).await?;
        Ok(Self { database, config, roles, prefix })
    }

    /// The way of this database.
    #[must_use]
    pub fn adoption(&self) -> Adoption {
        Adoption::new(self.database.admin_url(), self.config.clone())
    }

    /// The names in it.
    pub fn config(&self) -> &DatabaseConfig {
        &self.config
    }

    /// The beginning of the names of its roles.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The database itself, as an administrator sees it.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The URL of the role that the service logs in as.
    #[must_use]
    pub fn runtime_url(&self) -> String {
        self.database.url(self.config.runtime_role())
    }

    /// The URL of the role that looks customers up.
    #[must_use]
    pub fn directory_url(&self) -> String {
        self.database.url(&self.roles.directory)
    }

    /// The URL of the role that reads every table.
    #[must_use]
    pub fn reports_url(&self) -> String {
        self.database.url(&self.roles.reports)
    }

    /// The program that was there before.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn legacy_program(&self) -> Result<LegacyProgram> {
        LegacyProgram::connect(&self.database.url(&self.roles.program)).await
    }

    /// The service, for as far as the adoption is.
    ///
    /// # Errors
    ///
    /// Those of [`Service::connect`].
    pub async fn service(&self) -> Result<Service> {
        let directory = Directory::connect(&self.directory_url()).await?;
        let config = self.adoption().config().await?;
        Ok(Service::connect(&self.runtime_url(), config, directory).await?)
    }

    /// Everything about the schema and its rights, one line for each fact.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn schema(&self) -> Result<Vec<String>> {
        let rows =
            self.database.query_text(&SCHEMA.replace("{prefix}", &format!("'{}'", self.prefix))).await?;
        let mut lines: Vec<String> = rows.into_iter().flatten().flatten().collect();
        lines.sort();
        Ok(lines)
    }
}
