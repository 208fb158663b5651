//! Sessions: what begins with a sign-in and ends with a sign-out, a revocation, or in time.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use super::User;
use crate::roles::{Never, ReadSessions, WriteSessions};
use crate::schema::sessions;

#[derive(Debug, Clone, Serialize, TenantScoped)]
#[tenant(
    table = sessions,
    read = ReadSessions,
    insert = WriteSessions,
    update = WriteSessions,
    delete = Never,
    defaults(created_at, last_seen_at),
    references(User, user_id, on_delete = cascade)
)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_seen_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

impl Session {
    pub(crate) fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

#[derive(TenantInsert)]
#[tenant(model = Session)]
pub(crate) struct NewSession<'a> {
    pub(crate) user_id: Uuid,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(TenantUpdate)]
#[tenant(model = Session)]
pub(crate) struct SessionSeen {
    pub(crate) last_seen_at: DateTime<Utc>,
}

#[derive(TenantUpdate)]
#[tenant(model = Session)]
pub(crate) struct SessionEnd {
    pub(crate) revoked_at: DateTime<Utc>,
}
