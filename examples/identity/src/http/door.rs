//! Where people come in and go out.

use axum::Json;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;

use super::Outcome;
use super::extract::{Body, Caller, Tenant};
use crate::models::Session;
use crate::revocation::{Reason, revoke_session};
use crate::roles::Member;
use crate::service::Service;
use crate::sign_in::Grant;

#[derive(Deserialize)]
pub(crate) struct Login {
    email: String,
    password: SecretString,
}

#[derive(Deserialize)]
pub(crate) struct Refresh {
    refresh_token: SecretString,
}

/// `POST /login`
pub(crate) async fn login(
    State(service): State<Service>,
    Tenant(tenant): Tenant,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Outcome<Json<Grant>> {
    let user_agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let user_agent = user_agent.map(|agent| agent.get(..200).unwrap_or(agent));
    Ok(Json(service.login(tenant, &login.email, login.password, user_agent).await?))
}

/// `POST /refresh`
pub(crate) async fn refresh(
    State(service): State<Service>,
    Tenant(tenant): Tenant,
    Body(refresh): Body<Refresh>,
) -> Outcome<Json<Grant>> {
    Ok(Json(service.refresh(tenant, &refresh.refresh_token).await?))
}

/// `POST /logout`
pub(crate) async fn logout(State(service): State<Service>, caller: Caller<Member>) -> Outcome<StatusCode> {
    service
        .db()
        .transaction(&caller.context, async |tx| {
            let session = tx.scoped::<Session>().find(caller.session).await?;
            revoke_session(tx, &session, Reason::SignedOut, caller.user).await
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
