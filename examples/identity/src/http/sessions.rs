//! Sessions. Nothing here says whose: the database shows users their own, and administrators everybody's.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use diesel::prelude::*;
use tenant_db::prelude::*;

use super::Outcome;
use super::extract::{Caller, Id};
use crate::models::Session;
use crate::revocation::{Reason, revoke_session};
use crate::roles::Member;
use crate::schema::sessions;
use crate::service::Service;

/// `GET /sessions`: the newest hundred.
pub(crate) async fn list(
    State(service): State<Service>,
    caller: Caller<Member>,
) -> Outcome<Json<Vec<Session>>> {
    let sessions = service.db().scoped::<Session>(&caller.context);
    Ok(Json(sessions.order(sessions::created_at.desc()).limit(100).load().await?))
}

/// `GET /sessions/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<Session>> {
    Ok(Json(service.db().scoped::<Session>(&caller.context).find(id).await?))
}

/// `DELETE /sessions/{id}`
pub(crate) async fn revoke(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<StatusCode> {
    service
        .db()
        .transaction(&caller.context, async |tx| {
            let session = tx.scoped::<Session>().filter(sessions::id.eq(id)).for_update().first().await?;
            if session.revoked_at.is_none() {
                revoke_session(tx, &session, Reason::Revoked, caller.user).await?;
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
