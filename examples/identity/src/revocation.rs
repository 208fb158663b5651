//! Ending sessions, and putting on record who did it and why.

use chrono::Utc;
use diesel::prelude::*;
use tenant_db::{Grants, Result, Transaction};
use uuid::Uuid;

use crate::models::{NewRevocationEvent, RefreshToken, RevocationEvent, Session, SessionEnd, TokenEnd};
use crate::roles::{ReadSessions, ReadTokens, RecordEvents, WriteSessions, WriteTokens};
use crate::schema::{refresh_tokens, sessions};

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    SignedOut,
    Revoked,
    ReusedToken,
    PasswordChanged,
    UserDisabled,
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Revoked => "revoked",
            Self::ReusedToken => "refresh_token_reused",
            Self::PasswordChanged => "password_changed",
            Self::UserDisabled => "user_disabled",
        }
    }
}

/// What it takes to end a session.
pub(crate) trait MayRevoke:
    Grants<ReadSessions> + Grants<WriteSessions> + Grants<ReadTokens> + Grants<WriteTokens> + Grants<RecordEvents>
{
}

impl<R> MayRevoke for R where
    R: Grants<ReadSessions>
        + Grants<WriteSessions>
        + Grants<ReadTokens>
        + Grants<WriteTokens>
        + Grants<RecordEvents>
{
}

/// Ends a session and every refresh token of it. The session's row is written first: it is what others wait for.
pub(crate) async fn revoke_session<R: MayRevoke>(
    tx: &mut Transaction<R>,
    session: &Session,
    reason: Reason,
    by: Uuid,
) -> Result<RevocationEvent> {
    let revoked_at = Utc::now();
    tx.scoped::<Session>().update(session.id, SessionEnd { revoked_at }).await?;
    tx.scoped::<RefreshToken>()
        .filter(refresh_tokens::session_id.eq(session.id).and(refresh_tokens::revoked_at.is_null()))
        .update(TokenEnd { revoked_at })
        .await?;
    record(tx, session.user_id, Some(session.id), reason, by).await
}

/// Ends every session of a user but one, and says how many.
pub(crate) async fn revoke_sessions_of<R: MayRevoke>(
    tx: &mut Transaction<R>,
    user: Uuid,
    but: Option<Uuid>,
    reason: Reason,
    by: Uuid,
) -> Result<usize> {
    let live = sessions::user_id.eq(user).and(sessions::revoked_at.is_null());
    // Always in the same order, so that two who do this do not wait for each other.
    let rows = tx.scoped::<Session>().filter(live).order(sessions::id.asc()).for_update().load().await?;
    let mut revoked = 0;
    for session in rows.iter().filter(|session| Some(session.id) != but) {
        revoke_session(tx, session, reason, by).await?;
        revoked += 1;
    }
    Ok(revoked)
}

/// Puts a revocation on record.
pub(crate) async fn record<R: Grants<RecordEvents>>(
    tx: &mut Transaction<R>,
    user_id: Uuid,
    session_id: Option<Uuid>,
    reason: Reason,
    revoked_by: Uuid,
) -> Result<RevocationEvent> {
    let new = NewRevocationEvent { user_id, session_id, reason: reason.name(), revoked_by };
    tx.scoped::<RevocationEvent>().insert(new).await
}
