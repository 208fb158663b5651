//! What users agreed to, and what they took back. Nobody changes or removes it, and the database sees to that too.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tenant_db::{TenantInsert, TenantScoped};
use uuid::Uuid;

use super::User;
use crate::roles::{Never, ReadConsents, RecordConsents};
use crate::schema::consent_audits;

#[derive(Debug, Clone, Serialize, TenantScoped)]
#[tenant(
    table = consent_audits,
    through(parent = User, foreign_key = user_id),
    read = ReadConsents,
    insert = RecordConsents,
    update = Never,
    delete = Never,
    defaults(recorded_at),
    references(User, user_id, on_delete = cascade)
)]
pub(crate) struct ConsentAudit {
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) granted: bool,
    pub(crate) policy_version: String,
    pub(crate) recorded_at: DateTime<Utc>,
}

#[derive(TenantInsert)]
#[tenant(model = ConsentAudit)]
pub(crate) struct NewConsentAudit {
    pub(crate) user_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) granted: bool,
    pub(crate) policy_version: String,
}
