//! Users. Administrators manage them; everybody sees and changes oneself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::Utc;
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tenant_db::TenantUpdate;
use tenant_db::prelude::*;

use super::Outcome;
use super::extract::{Body, Caller, Id};
use crate::failure::Failure;
use crate::models::{NewUser, PasswordChange, User, UserChanges, UserRole};
use crate::passwords;
use crate::revocation::{Reason, revoke_sessions_of};
use crate::roles::{Admin, Member};
use crate::schema::users;
use crate::service::Service;

/// `GET /users`: the first hundred by e-mail address.
pub(crate) async fn list(State(service): State<Service>, caller: Caller<Admin>) -> Outcome<Json<Vec<User>>> {
    let users = service.db().scoped::<User>(&caller.context);
    Ok(Json(users.order(users::email.asc()).limit(100).load().await?))
}

#[derive(Deserialize)]
pub(crate) struct Create {
    email: String,
    display_name: String,
    password: SecretString,
    role: UserRole,
}

/// `POST /users`
pub(crate) async fn create(
    State(service): State<Service>,
    caller: Caller<Admin>,
    Body(create): Body<Create>,
) -> Outcome<(StatusCode, Json<User>)> {
    let email = create.email.trim().to_lowercase();
    if !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
        return Err(Failure::Invalid("an e-mail address has a name and a host").into());
    }
    let hash = passwords::accept(create.password).await?;
    let new = NewUser {
        email: &email,
        display_name: &create.display_name,
        password_hash: hash.expose_secret(),
        role: create.role.name(),
    };
    let user = service.db().scoped::<User>(&caller.context).insert(new).await.map_err(taken)?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// A conflict is always with a user of the same tenant.
fn taken(error: tenant_db::Error) -> Failure {
    match error {
        tenant_db::Error::Conflict(conflict) if conflict.columns().contains(&"email") => {
            Failure::Conflict("this e-mail address is taken")
        }
        other => other.into(),
    }
}

/// `GET /users/{id}`
pub(crate) async fn show(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
) -> Outcome<Json<User>> {
    caller.may_act_for(id)?;
    Ok(Json(service.db().scoped::<User>(&caller.context).find(id).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    display_name: Option<String>,
    password: Option<SecretString>,
    role: Option<UserRole>,
    disabled: Option<bool>,
}

/// `PATCH /users/{id}`. A new password, or the end of an account, ends its sessions, but not the one that asks.
pub(crate) async fn change(
    State(service): State<Service>,
    caller: Caller<Member>,
    Id(id): Id,
    Body(change): Body<Change>,
) -> Outcome<Json<User>> {
    caller.may_act_for(id)?;
    if (change.role.is_some() || change.disabled.is_some()) && !caller.is_admin() {
        return Err(Failure::Forbidden.into());
    }
    let hash = match change.password {
        Some(password) => Some(passwords::accept(password).await?),
        None => None,
    };
    let changes = UserChanges {
        display_name: change.display_name,
        role: change.role.map(UserRole::name),
        disabled_at: change.disabled.map(|disabled| disabled.then(Utc::now)),
    };
    let user = service
        .db()
        .transaction(&caller.context, async |tx| {
            let ends = match (&hash, change.disabled) {
                (_, Some(true)) => Some(Reason::UserDisabled),
                (Some(_), _) => Some(Reason::PasswordChanged),
                (None, _) => None,
            };
            if let Some(hash) = &hash {
                let change = PasswordChange { password_hash: hash.expose_secret() };
                tx.scoped::<User>().update(id, change).await?;
            }
            let user = match TenantUpdate::is_empty(&changes) {
                true => tx.scoped::<User>().find(id).await?,
                false => tx.scoped::<User>().update(id, changes).await?,
            };
            if let Some(reason) = ends {
                revoke_sessions_of(tx, id, Some(caller.session), reason, caller.user).await?;
            }
            Ok(user)
        })
        .await?;
    Ok(Json(user))
}

/// `DELETE /users/{id}`: erases the user, with sessions, tokens, credentials and consents. To keep those, disable the user.
pub(crate) async fn erase(
    State(service): State<Service>,
    caller: Caller<Admin>,
    Id(id): Id,
) -> Outcome<StatusCode> {
    service.db().scoped::<User>(&caller.context).delete(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
