//! Refresh tokens. The table holds their hashes, which the model leaves out: they are compared in the database.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use super::{Session, User};
use crate::roles::{Never, ReadTokens, WriteTokens};
use crate::schema::refresh_tokens;

#[derive(Debug, Clone, Serialize, TenantScoped)]
#[tenant(
    table = refresh_tokens,
    read = ReadTokens,
    insert = WriteTokens,
    update = WriteTokens,
    delete = Never,
    defaults(created_at),
    references(Session, session_id, on_delete = cascade),
    references(User, user_id, on_delete = cascade),
    unique(token_hash),
    check(name = refresh_tokens_token_hash_check, "octet_length(token_hash) = 32")
)]
pub(crate) struct RefreshToken {
    pub(crate) id: Uuid,
    pub(crate) session_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) family_id: Uuid,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) used_at: Option<DateTime<Utc>>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

#[derive(TenantInsert)]
#[tenant(model = RefreshToken)]
pub(crate) struct NewRefreshToken<'a> {
    pub(crate) session_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) family_id: Uuid,
    pub(crate) token_hash: &'a [u8],
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(TenantUpdate)]
#[tenant(model = RefreshToken)]
pub(crate) struct TokenUse {
    pub(crate) used_at: DateTime<Utc>,
}

#[derive(TenantUpdate)]
#[tenant(model = RefreshToken)]
pub(crate) struct TokenEnd {
    pub(crate) revoked_at: DateTime<Utc>,
}
