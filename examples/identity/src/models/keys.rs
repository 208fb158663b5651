//! The keys that sign a tenant's tokens, and apart from them their public halves.

use chrono::{DateTime, Utc};
use secrecy::SecretSlice;
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use crate::roles::{Never, ReadKeys, RotateKeys, SignTokens};
use crate::schema::signing_keys;

/// What everybody may know of a key.
#[derive(Debug, Clone, TenantScoped)]
#[tenant(
    table = signing_keys,
    read = ReadKeys,
    insert = RotateKeys,
    update = RotateKeys,
    delete = Never,
    defaults(created_at),
    check(name = signing_keys_algorithm_check, "algorithm = 'EdDSA'")
)]
pub(crate) struct PublicKey {
    pub(crate) id: Uuid,
    pub(crate) algorithm: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) retires_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

impl PublicKey {
    /// Whether a token signed with it is good.
    pub(crate) fn verifies(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.retires_at.is_none_or(|end| end > now)
    }
}

#[derive(TenantInsert)]
#[tenant(model = PublicKey, table = signing_keys)]
pub(crate) struct NewSigningKey<'a> {
    pub(crate) algorithm: &'a str,
    pub(crate) public_key: &'a [u8],
    pub(crate) private_key: &'a [u8],
}

#[derive(Default, TenantUpdate)]
#[tenant(model = PublicKey, table = signing_keys)]
pub(crate) struct KeyEnd {
    pub(crate) retires_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// A key to sign with. Only who issues tokens may read it.
#[derive(Debug, TenantScoped)]
#[tenant(table = signing_keys, read = SignTokens, write = Never)]
pub(crate) struct SigningKey {
    pub(crate) id: Uuid,
    #[diesel(deserialize_as = Vec<u8>)]
    pub(crate) private_key: SecretSlice<u8>,
}
