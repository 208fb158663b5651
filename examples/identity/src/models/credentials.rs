//! WebAuthn credentials: what is kept of them. The ceremonies are not part of this service.

use chrono::{DateTime, Utc};
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use super::User;
use crate::roles::{ReadCredentials, WriteCredentials};
use crate::schema::webauthn_credentials;

#[derive(Debug, Clone, TenantScoped)]
#[tenant(
    table = webauthn_credentials,
    through(parent = User, foreign_key = user_id),
    read = ReadCredentials,
    write = WriteCredentials,
    defaults(created_at, sign_count),
    references(User, user_id, on_delete = cascade),
    // Not across users: a conflict would tell one tenant what another has.
    unique(user_id, credential_id),
    check(name = webauthn_credentials_sign_count_check, "sign_count BETWEEN 0 AND 4294967295")
)]
pub(crate) struct Credential {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) name: String,
    pub(crate) sign_count: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

#[derive(TenantInsert)]
#[tenant(model = Credential, table = webauthn_credentials)]
pub(crate) struct NewCredential<'a> {
    pub(crate) user_id: Uuid,
    pub(crate) credential_id: &'a [u8],
    pub(crate) public_key: &'a [u8],
    pub(crate) name: &'a str,
}

#[derive(Debug, TenantUpdate)]
#[tenant(model = Credential, table = webauthn_credentials)]
pub(crate) struct CredentialName {
    pub(crate) name: String,
}

#[derive(Debug, TenantUpdate)]
#[tenant(model = Credential, table = webauthn_credentials)]
pub(crate) struct CredentialUse {
    pub(crate) sign_count: i64,
    pub(crate) last_used_at: DateTime<Utc>,
}
