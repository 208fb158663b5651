//! What handlers are called with: who asks, and what for.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tenant_db::{Authenticator as _, Role, TenantContext};
use uuid::Uuid;

use super::problem::Problem;
use crate::access::AccessToken;
use crate::failure::Failure;
use crate::roles::Admin;
use crate::service::Service;

/// The tenant of the path. It says where a request is addressed to, and proves nothing.
pub(crate) struct Tenant(pub(crate) Uuid);

/// The `{id}` of the path.
pub(crate) struct Id(pub(crate) Uuid);

/// What is no UUID names nothing.
async fn parameter(parts: &mut Parts, service: &Service, name: &str) -> Result<Uuid, Problem> {
    let parameters = RawPathParams::from_request_parts(parts, service).await;
    let parameters = parameters.map_err(|_| Failure::NotFound)?;
    let value = parameters.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.parse().ok());
    value.ok_or_else(|| Failure::NotFound.into())
}

impl FromRequestParts<Service> for Tenant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        parameter(parts, service, "tenant").await.map(Self)
    }
}

impl FromRequestParts<Service> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        parameter(parts, service, "id").await.map(Self)
    }
}

/// Who asks, with role `R`. Its context is the only way to the database that a handler has.
pub(crate) struct Caller<R: Role> {
    pub(crate) context: TenantContext<R>,
    pub(crate) user: Uuid,
    pub(crate) session: Uuid,
}

impl<R: Role> Caller<R> {
    /// Users act for themselves, administrators for everybody. Said before the database is asked, so that the answer is the
    /// same whether there is such a user or not; the database holds rows to it as well (`check_user_access`).
    pub(crate) fn may_act_for(&self, user: Uuid) -> Result<(), Problem> {
        if self.user == user || self.is_admin() { Ok(()) } else { Err(Failure::Forbidden.into()) }
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.context.roles().any(|role| role == Admin::NAME)
    }
}

impl<R: Role> FromRequestParts<Service> for Caller<R> {
    type Rejection = Problem;

    /// 401 without a good token; 403 where the token is for another tenant than the path, before the database is asked
    /// anything; 403 without the role.
    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let Tenant(tenant) = Tenant::from_request_parts(parts, service).await?;
        let token = bearer(parts).and_then(AccessToken::read).ok_or_else(Problem::unauthenticated)?;
        if token.tenant() != tenant {
            return Err(Failure::Forbidden.into());
        }
        let context = service.access_tokens().authenticate(&token).await?.as_role::<R>()?;
        Ok(Self { context, user: token.user(), session: token.session() })
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A JSON body. What is wrong with one that does not fit is said without its content.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Service> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, service).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(
                match rejection.status() {
                    status if status.is_client_error() => status,
                    _ => StatusCode::BAD_REQUEST,
                },
                "the body is not what this resource takes",
            )),
        }
    }
}
