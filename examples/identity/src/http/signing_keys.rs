//! Signing keys: their public halves, and how they follow one another.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use tenant_db::prelude::*;
use uuid::Uuid;

use super::Outcome;
use super::extract::{Caller, Id, Tenant};
use crate::keys::{self, KeyPair};
use crate::models::PublicKey;
use crate::roles::{Admin, Member};
use crate::schema::signing_keys;
use crate::service::Service;

#[derive(Serialize)]
pub(crate) struct Shown {
    id: Uuid,
    algorithm: String,
    public_key: String,
    created_at: DateTime<Utc>,
    retires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<PublicKey> for Shown {
    fn from(key: PublicKey) -> Self {
        Self {
            id: key.id,
            algorithm: key.algorithm,
            public_key: URL_SAFE_NO_PAD.encode(key.public_key),
            created_at: key.created_at,
            retires_at: key.retires_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// `GET /signing-keys`: the newest hundred.
pub(crate) async fn list(
    State(service): State<Service>,
    caller: Caller<Member>,
) -> Outcome<Json<Vec<Shown>>> {
    let keys = service.db().scoped::<PublicKey>(&caller.context);
    let keys = keys.order(signing_keys::created_at.desc()).limit(100).load().await?;
    Ok(Json(keys.into_iter().map(Shown::from).collect()))
}

/// `GET /signing-keys/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<Shown>> {
    Ok(Json(service.db().scoped::<PublicKey>(&caller.context).find(id).await?.into()))
}

/// `POST /signing-keys`: a new key signs from now on.
pub(crate) async fn rotate(
    State(service): State<Service>,
    caller: Caller<Admin>,
) -> Outcome<(StatusCode, Json<Shown>)> {
    let pair = KeyPair::generate()?;
    let lifetime = service.lifetimes().access;
    let key =
        service.db().transaction(&caller.context, async |tx| keys::rotate(tx, &pair, lifetime).await).await?;
    Ok((StatusCode::CREATED, Json(key.into())))
}

/// `DELETE /signing-keys/{id}`: what it signed is refused from now on.
pub(crate) async fn revoke(
    State(service): State<Service>,
    caller: Caller<Admin>,
    Id(id): Id,
) -> Outcome<StatusCode> {
    service.db().transaction(&caller.context, async |tx| keys::revoke(tx, id).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
pub(crate) struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Serialize)]
struct Jwk {
    kty: &'static str,
    crv: &'static str,
    r#use: &'static str,
    alg: String,
    kid: Uuid,
    x: String,
}

/// `GET /jwks.json`: the keys with which anybody can check the tenant's tokens. Public, as RFC 7517 means them to be.
pub(crate) async fn key_set(State(service): State<Service>, Tenant(tenant): Tenant) -> Outcome<Json<KeySet>> {
    let context = service.gate(tenant, "anybody", "a tenant's public keys are for everybody")?;
    let good = signing_keys::revoked_at.is_null();
    let keys = service.db().scoped::<PublicKey>(&context).filter(good).load().await?;
    let now = Utc::now();
    let keys = keys.into_iter().filter(|key| key.verifies(now)).map(|key| Jwk {
        kty: "OKP",
        crv: "Ed25519",
        r#use: "sig",
        alg: key.algorithm,
        kid: key.id,
        x: URL_SAFE_NO_PAD.encode(key.public_key),
    });
    Ok(Json(KeySet { keys: keys.collect() }))
}
