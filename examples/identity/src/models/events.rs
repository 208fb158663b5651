//! What was revoked, by whom, and why. Nobody changes or removes it, and the database sees to that too.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tenant_db::{TenantInsert, TenantScoped};
use uuid::Uuid;

use crate::roles::{Never, ReadEvents, RecordEvents};
use crate::schema::revocation_events;

#[derive(Debug, Clone, Serialize, TenantScoped)]
#[tenant(
    table = revocation_events,
    read = ReadEvents,
    insert = RecordEvents,
    update = Never,
    delete = Never,
    defaults(created_at)
)]
pub(crate) struct RevocationEvent {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) reason: String,
    pub(crate) revoked_by: Uuid,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(TenantInsert)]
#[tenant(model = RevocationEvent)]
pub(crate) struct NewRevocationEvent<'a> {
    pub(crate) user_id: Uuid,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) reason: &'a str,
    pub(crate) revoked_by: Uuid,
}
