//! Signing keys: made, put in place of one another, revoked.

mod ed25519;

use std::time::Duration;

use chrono::Utc;
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretSlice};
use tenant_db::{Result, Transaction};
use uuid::Uuid;

pub(crate) use ed25519::install;

use crate::failure::Failure;
use crate::models::{KeyEnd, NewSigningKey, PublicKey};
use crate::roles::Admin;
use crate::schema::signing_keys;

/// The one algorithm that tokens are signed with.
pub(crate) const ALGORITHM: &str = "EdDSA";

/// A key that is not kept yet.
#[derive(Debug)]
pub(crate) struct KeyPair {
    public: Vec<u8>,
    private: SecretSlice<u8>,
}

impl KeyPair {
    /// A new one.
    pub(crate) fn generate() -> Result<Self, Failure> {
        let pair = ed25519::generate().ok_or(Failure::Unable("no key can be made at the moment"))?;
        Ok(Self { public: pair.0, private: pair.1 })
    }

    pub(crate) fn as_new(&self) -> NewSigningKey<'_> {
        NewSigningKey {
            algorithm: ALGORITHM,
            public_key: &self.public,
            private_key: self.private.expose_secret(),
        }
    }
}

/// Lets a new key sign from now on. Tokens of the others stay good as long as they live, `lifetime` at most.
pub(crate) async fn rotate(
    tx: &mut Transaction<Admin>,
    pair: &KeyPair,
    lifetime: Duration,
) -> Result<PublicKey> {
    let retires_at = Some(Utc::now() + lifetime);
    let signing = signing_keys::retires_at.is_null().and(signing_keys::revoked_at.is_null());
    let end = KeyEnd { retires_at, ..KeyEnd::default() };
    tx.scoped::<PublicKey>().filter(signing).update(end).await?;
    tx.scoped::<PublicKey>().insert(pair.as_new()).await
}

/// Makes the key good for nothing, and with it every token that it signed.
pub(crate) async fn revoke(tx: &mut Transaction<Admin>, key: Uuid) -> Result<PublicKey> {
    let end = KeyEnd { revoked_at: Some(Utc::now()), ..KeyEnd::default() };
    tx.scoped::<PublicKey>().update(key, end).await
}
