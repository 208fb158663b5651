//! [`DatabaseConfig`]: what things are called in the database.

use std::collections::BTreeSet;

use super::identifier::{MAX_IDENTIFIER, check_identifier};
use crate::ModelMeta;
use crate::error::{Error, Result};

/// The names of the three roles, and of the setting that carries the tenant; and which tables are not adopted yet.
///
/// Migrations, verification and sessions must agree on them: give the same value to [`write_migrations_with`], to
/// [`Migrator::isolation`] and to `TenantDb::builder(…).database(…)`. Every value of this type has been checked.
///
/// ```
/// use tenant_db::database::DatabaseConfig;
///
/// # fn main() -> tenant_db::Result<()> {
/// let config = DatabaseConfig::default().with_role_prefix("shop")?.with_setting("shop.tenant")?;
/// assert_eq!(config.runtime_role(), "shop_runtime");
/// # Ok(())
/// # }
/// ```
///
/// [`write_migrations_with`]: super::write_migrations_with
/// [`Migrator::isolation`]: super::Migrator::isolation
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct DatabaseConfig {
    owner: String,
    migrator: String,
    runtime: String,
    public: String,
    views: String,
    setting: String,
    /// Schemas and tables that are not adopted yet.
    pending: BTreeSet<(&'static str, &'static str)>,
    /// See [`with_principal_setting`](Self::with_principal_setting).
    pub(super) principal: Option<String>,
}

impl Default for DatabaseConfig {
    /// `tenant_db_owner`, `tenant_db_migrator`, `tenant_db_runtime`, and `app.current_tenant`; for public views
    /// `tenant_db_public` and `tenant_db_views`.
    fn default() -> Self {
        Self {
            owner: "tenant_db_owner".to_owned(),
            migrator: "tenant_db_migrator".to_owned(),
            runtime: "tenant_db_runtime".to_owned(),
            public: "tenant_db_public".to_owned(),
            views: "tenant_db_views".to_owned(),
            setting: "app.current_tenant".to_owned(),
            pending: BTreeSet::new(),
            principal: None,
        }
    }
}

impl DatabaseConfig {
    /// Calls the roles `<prefix>_owner`, `<prefix>_migrator` and `<prefix>_runtime`, and those for public views
    /// `<prefix>_public` and `<prefix>_views`. Roles belong to the whole server,
    /// so two applications on one server want two prefixes.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] where a name would be empty or longer than 63 bytes.
    pub fn with_role_prefix(self, prefix: &str) -> Result<Self> {
        if prefix.is_empty() {
            return Err(Error::invalid_configuration("the prefix of the roles' names is empty"));
        }
        self.with_owner_role(format!("{prefix}_owner"))?
            .with_migrator_role(format!("{prefix}_migrator"))?
            .with_runtime_role(format!("{prefix}_runtime"))?
            .with_public_roles(format!("{prefix}_public"), format!("{prefix}_views"))
    }

    /// The role that owns the tables. Nobody logs in as it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a name that PostgreSQL cannot keep, or one that another role has.
    pub fn with_owner_role(mut self, name: impl Into<String>) -> Result<Self> {
        self.owner = role_name(name)?;
        self.with_distinct_roles()
    }

    /// The role that runs migrations: it may become the owner.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a name that PostgreSQL cannot keep, or one that another role has.
    pub fn with_migrator_role(mut self, name: impl Into<String>) -> Result<Self> {
        self.migrator = role_name(name)?;
        self.with_distinct_roles()
    }

    /// The role that the application logs in as. It reads and writes rows, and nothing else.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a name that PostgreSQL cannot keep, or one that another role has.
    pub fn with_runtime_role(mut self, name: impl Into<String>) -> Result<Self> {
        self.runtime = role_name(name)?;
        self.with_distinct_roles()
    }

    /// The role that reads public views, and the one that owns them, as which nobody logs in. They are made where the
    /// program has a `PublicView`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a name that PostgreSQL cannot keep, or one that another role has.
    pub fn with_public_roles(
        mut self,
        reader: impl Into<String>,
        owner_of_views: impl Into<String>,
    ) -> Result<Self> {
        self.public = role_name(reader)?;
        self.views = role_name(owner_of_views)?;
        self.with_distinct_roles()
    }

    /// The setting that carries the tenant for the length of a transaction.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] unless it is two plain names with a dot between them, such as
    /// `app.current_tenant`.
    pub fn with_setting(mut self, name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if !is_setting(&name) {
            return Err(Error::invalid_configuration(format!(
                "the tenant's setting must be two names of letters, digits and `_` with a dot between them, such as \
                 `app.current_tenant`, and not one of PostgreSQL's own: {name:?}"
            )));
        }
        self.setting = name;
        self.with_distinct_settings()
    }

    /// Leaves the tables of `models` as they are: an existing database is adopted table by table, and theirs are not yet.
    ///
    /// No migration is made for them, and verification asks one thing of them: that the runtime role cannot reach them.
    /// So whoever uses them today goes on, and this program is refused there by the database
    /// ([`Error::Forbidden`]) until the model is taken off the list and its migration has been applied. A model that is
    /// not on the list is verified, so a new one cannot be forgotten.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// use tenant_db::Model;
    /// use tenant_db::database::DatabaseConfig;
    ///
    /// # fn main() {
    /// let config = DatabaseConfig::default().with_pending([Customer::META]);
    /// assert!(config.is_pending(Customer::META));
    /// # }
    /// ```
    ///
    /// # Isolation
    ///
    /// A pending table has no policies, so it must be out of reach: a right of the runtime role on it, or one of
    /// `PUBLIC`, is finding TD501, and the program does not start.
    pub fn with_pending<'m>(mut self, models: impl IntoIterator<Item = &'m ModelMeta>) -> Self {
        self.pending.extend(models.into_iter().map(|model| (model.schema_name(), model.table)));
        self
    }

    /// Whether the table of `model` is left as it is; see [`with_pending`](Self::with_pending).
    #[must_use]
    pub fn is_pending(&self, model: &ModelMeta) -> bool {
        self.is_table_pending(model.schema_name(), model.table)
    }

    pub(crate) fn is_table_pending(&self, schema: &'static str, table: &'static str) -> bool {
        self.pending.contains(&(schema, table))
    }

    /// The role that owns the tables.
    #[must_use]
    pub fn owner_role(&self) -> &str {
        &self.owner
    }

    /// The role that runs migrations.
    #[must_use]
    pub fn migrator_role(&self) -> &str {
        &self.migrator
    }

    /// The role that the application logs in as.
    #[must_use]
    pub fn runtime_role(&self) -> &str {
        &self.runtime
    }

    /// The role that public views are read as.
    #[must_use]
    pub fn public_role(&self) -> &str {
        &self.public
    }

    /// The role that owns public views.
    #[must_use]
    pub fn views_role(&self) -> &str {
        &self.views
    }

    /// The setting that carries the tenant. It needs no quoting.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.setting
    }

    fn with_distinct_roles(self) -> Result<Self> {
        let roles = [&self.owner, &self.migrator, &self.runtime, &self.public, &self.views];
        if roles.iter().enumerate().any(|(at, role)| roles[..at].contains(role)) {
            return Err(Error::invalid_configuration(
                "owner, migrator, runtime role, and the reader and the owner of public views must be different roles: \
                 isolation rests on their being apart",
            ));
        }
        Ok(self)
    }
}

fn role_name(name: impl Into<String>) -> Result<String> {
    let name = name.into();
    check_identifier("a role", &name)?;
    if name.starts_with("pg_") || name == "public" || name == "none" {
        return Err(Error::invalid_configuration(format!(
            "PostgreSQL keeps the role name {name:?} for itself"
        )));
    }
    Ok(name)
}

/// The session engine writes the name into `SET LOCAL` as it is, so nothing but plain names may pass.
pub(super) fn is_setting(name: &str) -> bool {
    let plain = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    match name.split_once('.') {
        Some((class, rest)) => {
            plain(class)
                && plain(rest)
                && name.len() <= MAX_IDENTIFIER
                && !class.eq_ignore_ascii_case("plpgsql")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_two_plain_names() {
        for good in ["app.current_tenant", "Shop._t1"] {
            assert!(DatabaseConfig::default().with_setting(good).is_ok(), "{good}");
        }
        for bad in
            ["tenant", "a.b.c", "app.", ".x", "a.b = 'x'; --", "1a.b", "app.te nant", "plpgsql.x", "ä.b"]
        {
            assert!(DatabaseConfig::default().with_setting(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_three_roles_are_apart() {
        let config = DatabaseConfig::default();
        assert!(config.clone().with_runtime_role("tenant_db_owner").is_err());
        assert!(config.clone().with_owner_role("pg_monitor").is_err());
        assert!(config.clone().with_role_prefix("").is_err());
        assert!(config.clone().with_role_prefix(&"x".repeat(60)).is_err());
        assert_eq!(config.with_role_prefix("x").unwrap().owner_role(), "x_owner");
    }
}
