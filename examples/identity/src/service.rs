//! [`Service`]: the database, and how long things last.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tenant_db::prelude::*;
use tenant_db::{Identity, Role, danger};
use uuid::Uuid;

use crate::access::AccessTokens;
use crate::failure::Failure;
use crate::keys::KeyPair;
use crate::models::{NewUser, PublicKey, User, UserRole};
use crate::roles::Founder;
use crate::{keys, passwords};

/// How long tokens and sessions last.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Lifetimes {
    /// Of an access token.
    pub access: Duration,
    /// Of a refresh token that is not used.
    pub refresh: Duration,
    /// Of a session, however often it is refreshed.
    pub session: Duration,
}

impl Default for Lifetimes {
    /// Five minutes, two weeks, ninety days.
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self { access: Duration::from_secs(5 * 60), refresh: days(14), session: days(90) }
    }
}

/// The identity service. Clones are cheap and share the pool.
#[derive(Debug, Clone)]
pub struct Service {
    db: TenantDb,
    lifetimes: Lifetimes,
}

impl Service {
    /// On a database that [`database::migrate`](crate::database::migrate) has prepared.
    #[must_use]
    pub fn new(db: TenantDb, lifetimes: Lifetimes) -> Self {
        keys::install();
        Self { db, lifetimes }
    }

    pub(crate) fn db(&self) -> &TenantDb {
        &self.db
    }

    pub(crate) fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    pub(crate) fn access_tokens(&self) -> AccessTokens<'_> {
        AccessTokens { db: &self.db }
    }

    /// Sets up a tenant with its first signing key and its first administrator, and returns the administrator's id.
    ///
    /// # Errors
    ///
    /// [`Failure::Invalid`] for a password that is too short, [`Failure::Database`] with
    /// [`Error::Conflict`](tenant_db::Error::Conflict) where the tenant has a user of that name already.
    pub async fn found_tenant(
        &self,
        tenant: Uuid,
        email: &str,
        password: SecretString,
    ) -> Result<Uuid, Failure> {
        let founder = Identity::new(tenant, "founder").with_role(Founder::NAME);
        let founder = danger::context("a tenant begins before it has anybody to act for it", founder)?;
        let founder = founder.as_role::<Founder>()?;
        let hash = passwords::accept(password).await?;
        let email = email.trim().to_lowercase();
        let key = KeyPair::generate()?;
        let admin = self
            .db
            .transaction(&founder, async |tx| {
                tx.scoped::<PublicKey>().insert(key.as_new()).await?;
                let admin = NewUser {
                    email: &email,
                    display_name: "Administrator",
                    password_hash: hash.expose_secret(),
                    role: UserRole::Admin.name(),
                };
                tx.scoped::<User>().insert(admin).await
            })
            .await?;
        Ok(admin.id)
    }
}
