//! What was revoked, by whom, and why.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use diesel::prelude::*;
use serde::Deserialize;
use tenant_db::prelude::*;
use uuid::Uuid;

use super::Outcome;
use super::extract::{Body, Caller, Id};
use crate::models::{RevocationEvent, User};
use crate::revocation::{Reason, record, revoke_sessions_of};
use crate::roles::{Admin, Member};
use crate::schema::revocation_events;
use crate::service::Service;

/// `GET /revocation-events`: the newest hundred.
pub(crate) async fn list(
    State(service): State<Service>,
    caller: Caller<Member>,
) -> Outcome<Json<Vec<RevocationEvent>>> {
    let events = service.db().scoped::<RevocationEvent>(&caller.context);
    Ok(Json(events.order(revocation_events::created_at.desc()).limit(100).load().await?))
}

/// `GET /revocation-events/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<RevocationEvent>> {
    Ok(Json(service.db().scoped::<RevocationEvent>(&caller.context).find(id).await?))
}

#[derive(Deserialize)]
pub(crate) struct RevokeAll {
    user_id: Uuid,
}

/// `POST /revocation-events`: ends every session of a user, and puts that on record.
pub(crate) async fn revoke_all(
    State(service): State<Service>,
    caller: Caller<Admin>,
    Body(RevokeAll { user_id }): Body<RevokeAll>,
) -> Outcome<(StatusCode, Json<RevocationEvent>)> {
    let event = service
        .db()
        .transaction(&caller.context, async |tx| {
            let user = tx.scoped::<User>().find(user_id).await?;
            revoke_sessions_of(tx, user.id, None, Reason::Revoked, caller.user).await?;
            record(tx, user.id, None, Reason::Revoked, caller.user).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(event)))
}
