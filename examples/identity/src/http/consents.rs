//! Consents: recorded, and shown as they were recorded.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use diesel::prelude::*;
use serde::Deserialize;
use tenant_db::prelude::*;

use super::Outcome;
use super::extract::{Body, Caller, Id};
use crate::models::{ConsentAudit, NewConsentAudit, User};
use crate::roles::Member;
use crate::schema::consent_audits;
use crate::service::Service;

/// `GET /users/{id}/consents`: the whole history, newest first.
pub(crate) async fn history(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(user): Id,
) -> Outcome<Json<Vec<ConsentAudit>>> {
    caller.may_act_for(user)?;
    service.db().scoped::<User>(&caller.context).find(user).await?;
    let consents = service.db().scoped::<ConsentAudit>(&caller.context);
    let consents =
        consents.filter(consent_audits::user_id.eq(user)).order(consent_audits::recorded_at.desc());
    Ok(Json(consents.load().await?))
}

#[derive(Deserialize)]
pub(crate) struct Record {
    purpose: String,
    granted: bool,
    policy_version: String,
}

/// `POST /users/{id}/consents`
pub(crate) async fn record(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(user): Id,
    Body(record): Body<Record>,
) -> Outcome<(StatusCode, Json<ConsentAudit>)> {
    caller.may_act_for(user)?;
    let Record { purpose, granted, policy_version } = record;
    let consent = service
        .db()
        .transaction(&caller.context, async |tx| {
            let user = tx.scoped::<User>().find(user).await?;
            let new = NewConsentAudit { user_id: user.id, purpose, granted, policy_version };
            tx.scoped::<ConsentAudit>().insert(new).await
        })
        .await?;
    Ok((StatusCode::CREATED, Json(consent)))
}

/// `GET /consents/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<ConsentAudit>> {
    Ok(Json(service.db().scoped::<ConsentAudit>(&caller.context).find(id).await?))
}
