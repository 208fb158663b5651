//! Who somebody is. A real service asks its identity provider; this one keeps tokens in memory.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use tenant_db::{Authenticator, Error, Identity, Result};
use uuid::Uuid;

/// Random tokens, and whose they are.
#[derive(Default)]
pub(crate) struct Tokens {
    issued: HashMap<String, (Uuid, String)>,
}

impl Tokens {
    /// Gives `principal` of `tenant` a token, as a sign-in page would after looking at the password.
    pub(crate) fn issue(&mut self, tenant: Uuid, principal: &str) -> String {
        let token = Uuid::new_v4().simple().to_string();
        self.issued.insert(token.clone(), (tenant, principal.to_owned()));
        token
    }
}

impl Authenticator for Tokens {
    type Key = Uuid;
    type Credentials = str;

    async fn verify(&self, token: &str) -> Result<Identity> {
        let (tenant, principal) =
            self.issued.get(token).ok_or_else(|| Error::unauthenticated("no such token"))?;
        Ok(Identity::new(*tenant, principal.as_str())
            .with_role("manager")
            .expiring_at(SystemTime::now() + Duration::from_secs(15 * 60)))
    }
}
