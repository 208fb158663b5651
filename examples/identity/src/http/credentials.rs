//! WebAuthn credentials: registered, listed, renamed, used, removed. Attestations and assertions are checked by whoever runs the
//! ceremonies; what is checked here is that an authenticator's counter goes up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use tenant_db::prelude::*;
use uuid::Uuid;

use super::Outcome;
use super::extract::{Body, Caller, Id};
use crate::failure::Failure;
use crate::models::{Credential, CredentialName, CredentialUse, NewCredential, User};
use crate::roles::Member;
use crate::schema::webauthn_credentials;
use crate::service::Service;

#[derive(Serialize)]
pub(crate) struct Shown {
    id: Uuid,
    user_id: Uuid,
    credential_id: String,
    public_key: String,
    name: String,
    sign_count: i64,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<Credential> for Shown {
    fn from(credential: Credential) -> Self {
        Self {
            id: credential.id,
            user_id: credential.user_id,
            credential_id: URL_SAFE_NO_PAD.encode(credential.credential_id),
            public_key: URL_SAFE_NO_PAD.encode(credential.public_key),
            name: credential.name,
            sign_count: credential.sign_count,
            created_at: credential.created_at,
            last_used_at: credential.last_used_at,
        }
    }
}

/// `GET /users/{id}/webauthn-credentials`
pub(crate) async fn list(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(user): Id,
) -> Outcome<Json<Vec<Shown>>> {
    caller.may_act_for(user)?;
    service.db().scoped::<User>(&caller.context).find(user).await?;
    let credentials = service
        .db()
        .scoped::<Credential>(&caller.context)
        .filter(webauthn_credentials::user_id.eq(user))
        .order(webauthn_credentials::created_at.asc())
        .load()
        .await?;
    Ok(Json(credentials.into_iter().map(Shown::from).collect()))
}

#[derive(Deserialize)]
pub(crate) struct Register {
    credential_id: String,
    public_key: String,
    name: String,
}

/// `POST /users/{id}/webauthn-credentials`
pub(crate) async fn register(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(user): Id,
    Body(register): Body<Register>,
) -> Outcome<(StatusCode, Json<Shown>)> {
    caller.may_act_for(user)?;
    let decode = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| (1..=1024).contains(&bytes.len()));
        bytes.ok_or(Failure::Invalid("keys and their names are base64url, of 1,024 bytes at most"))
    };
    let (credential_id, public_key) = (decode(&register.credential_id)?, decode(&register.public_key)?);
    let credential = service
        .db()
        .transaction(&caller.context, async |tx| {
            let user = tx.scoped::<User>().find(user).await?;
            let new = NewCredential {
                user_id: user.id,
                credential_id: &credential_id,
                public_key: &public_key,
                name: &register.name,
            };
            tx.scoped::<Credential>().insert(new).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(credential.into())))
}

/// `GET /webauthn-credentials/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<Shown>> {
    Ok(Json(service.db().scoped::<Credential>(&caller.context).find(id).await?.into()))
}

#[derive(Deserialize)]
pub(crate) struct Rename {
    name: String,
}

/// `PATCH /webauthn-credentials/{id}`
pub(crate) async fn rename(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
    Body(Rename { name }): Body<Rename>,
) -> Outcome<Json<Shown>> {
    let credentials = service.db().scoped::<Credential>(&caller.context);
    Ok(Json(credentials.update(id, CredentialName { name }).await?.into()))
}

/// `DELETE /webauthn-credentials/{id}`
pub(crate) async fn remove(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<StatusCode> {
    service.db().scoped::<Credential>(&caller.context).delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct Assertion {
    /// What the authenticator counted: 32 bits, without a sign.
    sign_count: u32,
}

/// `POST /webauthn-credentials/{id}/assertions`: an authenticator signed. A counter that does not go up is that of a copy,
/// unless the authenticator counts nothing (WebAuthn, 6.1.1).
pub(crate) async fn count(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
    Body(Assertion { sign_count }): Body<Assertion>,
) -> Outcome<Json<Shown>> {
    let sign_count = i64::from(sign_count);
    let credential = service
        .db()
        .try_transaction(&caller.context, async |tx| {
            let credentials = tx.scoped::<Credential>();
            let by_id = webauthn_credentials::id.eq(id);
            let known = credentials.filter(by_id).for_update().first().await?;
            let counts_nothing = known.sign_count == 0 && sign_count == 0;
            if sign_count <= known.sign_count && !counts_nothing {
                return Err(Failure::Conflict(
                    "the counter did not go up: there may be a copy of the authenticator",
                ));
            }
            let used = CredentialUse { sign_count, last_used_at: Utc::now() };
            Ok(credentials.update(id, used).await?)
        })
        .await?;
    Ok(Json(credential.into()))
}
