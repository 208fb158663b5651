//! Who acts, told to the database: for policies and functions of a program's own that tell users apart.

use super::config::{DatabaseConfig, is_setting};
use crate::error::{Error, Result};

impl DatabaseConfig {
    /// A second setting, which carries the [principal](crate::TenantContext::principal) for the length of a transaction.
    ///
    /// No policy of this crate looks at it. It is for what a program adds itself: a restrictive policy by which users see
    /// nothing but their own rows, a trigger that notes who changed a row. They read it by
    /// `current_setting('app.current_user', true)`, which is NULL where it was never set, and empty after the transaction
    /// that set it.
    ///
    /// ```
    /// use tenant_db::database::DatabaseConfig;
    ///
    /// # fn main() -> tenant_db::Result<()> {
    /// let config = DatabaseConfig::default().with_principal_setting("app.current_user")?;
    /// assert_eq!(config.principal_setting(), Some("app.current_user"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A principal that is empty, longer than 1024 bytes or contains a NUL character is then refused
    /// ([`Error::Unauthenticated`]) before anything is sent.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] unless it is two plain names with a dot between them, and not the tenant's setting.
    ///
    /// # Isolation
    ///
    /// As the tenant's setting, it is what the context says, and SQL written by hand can change it for its own statement
    /// only where `set_config` could not be revoked.
    pub fn with_principal_setting(mut self, name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if !is_setting(&name) {
            return Err(Error::invalid_configuration(format!(
                "the principal's setting must be two names of letters, digits and `_` with a dot between them, such as \
                 `app.current_user`, and not one of PostgreSQL's own: {name:?}"
            )));
        }
        self.principal = Some(name);
        self.with_distinct_settings()
    }

    /// The setting that carries the principal, if there is one. It needs no quoting.
    #[must_use]
    pub fn principal_setting(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// Names of settings do not depend on case.
    pub(super) fn with_distinct_settings(self) -> Result<Self> {
        if self.principal.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(self.setting())) {
            return Err(Error::invalid_configuration("tenant and principal must be two settings"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_and_principal_are_two_settings() {
        let config = DatabaseConfig::default();
        assert!(config.clone().with_principal_setting("App.Current_Tenant").is_err());
        assert!(config.clone().with_principal_setting("user").is_err());
        let config = config.with_principal_setting("app.current_user").unwrap();
        assert!(config.with_setting("app.current_user").is_err());
    }
}
