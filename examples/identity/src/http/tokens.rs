//! Refresh tokens, of which nobody sees more than that they are there.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use diesel::prelude::*;
use tenant_db::prelude::*;

use super::Outcome;
use super::extract::{Caller, Id};
use crate::models::{RefreshToken, Session};
use crate::revocation::{Reason, revoke_session};
use crate::roles::Member;
use crate::schema::{refresh_tokens, sessions};
use crate::service::Service;

/// `GET /refresh-tokens`: the newest hundred.
pub(crate) async fn list(
    State(service): State<Service>,
    caller: Caller<Member>,
) -> Outcome<Json<Vec<RefreshToken>>> {
    let tokens = service.db().scoped::<RefreshToken>(&caller.context);
    Ok(Json(tokens.order(refresh_tokens::created_at.desc()).limit(100).load().await?))
}

/// `GET /refresh-tokens/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<RefreshToken>> {
    Ok(Json(service.db().scoped::<RefreshToken>(&caller.context).find(id).await?))
}

/// `DELETE /refresh-tokens/{id}`: with its family and its session, which could not go on without it.
pub(crate) async fn revoke(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<StatusCode> {
    service
        .db()
        .transaction(&caller.context, async |tx| {
            let token = tx.scoped::<RefreshToken>().find(id).await?;
            let by_id = sessions::id.eq(token.session_id);
            let session = tx.scoped::<Session>().filter(by_id).for_update().first().await?;
            if session.revoked_at.is_none() {
                revoke_session(tx, &session, Reason::Revoked, caller.user).await?;
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
