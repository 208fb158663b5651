//! What a test's database consists of.

use std::hash::{DefaultHasher, Hash, Hasher};

use uuid::Uuid;

/// The statements that make a test's database.
///
/// Databases of equal setups are copies of one template, so a setup of a hundred statements costs no more than one
/// of three from the second test on.
///
/// ```
/// use tenant_db::testing::DatabaseSetup;
///
/// let setup = DatabaseSetup::new()
///     .role("shop_app")
///     .statement(
///         "DO $$ BEGIN CREATE ROLE shop_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
///     )
///     .statement("CREATE TABLE orders (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))")
///     .statement("GRANT SELECT ON orders TO shop_app");
/// # let _ = setup;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[must_use]
pub struct DatabaseSetup {
    statements: Vec<String>,
    statements_after_copy: Vec<String>,
    roles: Vec<String>,
}

impl DatabaseSetup {
    /// An empty database.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds SQL, one statement or several, to be run by the administrator inside the new database.
    pub fn statement(mut self, sql: impl Into<String>) -> Self {
        self.statements.push(sql.into());
        self
    }

    /// Adds many at once, in order.
    pub fn statements<Sql: Into<String>>(mut self, statements: impl IntoIterator<Item = Sql>) -> Self {
        self.statements.extend(statements.into_iter().map(Into::into));
        self
    }

    /// Adds SQL to be run in each database rather than in the template.
    ///
    /// It is for what PostgreSQL does not copy with a database: `ALTER DATABASE … SET`, `GRANT … ON DATABASE`,
    /// `COMMENT ON DATABASE`. The name comes from `current_database()`.
    pub fn statement_after_copy(mut self, sql: impl Into<String>) -> Self {
        self.statements_after_copy.push(sql.into());
        self
    }

    /// Names a role that the statements create.
    ///
    /// Roles belong to the server, not to a database. On a throw-away server they stay until it stops, and several
    /// setups may share them: create them with `EXCEPTION WHEN duplicate_object`. On a server that is not ours the
    /// role must be new (see [`unique_name`]), gets a random password, which
    /// [`TestDatabase::url`](super::TestDatabase::url) knows, and is dropped with the database.
    pub fn role(mut self, name: impl Into<String>) -> Self {
        self.roles.push(name.into());
        self
    }

    pub(super) fn statements_in_template(&self) -> &[String] {
        &self.statements
    }

    pub(super) fn statements_in_each(&self) -> &[String] {
        &self.statements_after_copy
    }

    pub(super) fn roles(&self) -> &[String] {
        &self.roles
    }

    /// The name of the template, equal for equal setups.
    ///
    /// The hash need not be the same for ever: templates live as long as one throw-away server.
    pub(super) fn template_name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.statements.hash(&mut hasher);
        format!("tdb_template_{:016x}", hasher.finish())
    }
}

/// A name that nothing else on any server has: `prefix`, an underscore and 26 lower-case letters and digits.
///
/// ```
/// let role = tenant_db::testing::unique_name("shop_app");
/// assert!(role.starts_with("shop_app_"));
/// assert_ne!(role, tenant_db::testing::unique_name("shop_app"));
/// ```
#[must_use]
pub fn unique_name(prefix: &str) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let number = Uuid::now_v7().as_u128();
    let digits = (0..26).rev().map(|place| char::from(DIGITS[(number >> (5 * place)) as usize & 31]));
    // PostgreSQL cuts names at 63 bytes, and would cut off what makes this one unique.
    let prefix: String = prefix.chars().take(36).collect();
    format!("{prefix}_{}", digits.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{DatabaseSetup, unique_name};

    #[test]
    fn equal_setups_share_a_template_and_others_do_not() {
        let one = DatabaseSetup::new().statement("SELECT 1").statement("SELECT 2");
        assert_eq!(one.template_name(), one.clone().template_name());
        assert_ne!(one.template_name(), DatabaseSetup::new().statement("SELECT 1SELECT 2").template_name());
        assert_eq!(one.template_name(), one.clone().statement_after_copy("SELECT 3").template_name());
    }

    #[test]
    fn a_unique_name_fits_whatever_its_prefix() {
        assert_eq!(unique_name(&"x".repeat(80)).len(), 63);
    }
}
