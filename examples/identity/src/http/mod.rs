//! The service over HTTP. Every resource is under `/tenants/{tenant}`, and who asks has a token for that tenant or none.

mod consents;
mod credentials;
mod door;
mod events;
mod extract;
mod problem;
mod sessions;
mod signing_keys;
mod tokens;
mod users;

use axum::Router;
use axum::routing::{get, post};

use crate::failure::Failure;
use crate::service::Service;
use problem::Problem;

/// What a handler answers where it cannot do what it was asked.
type Outcome<T> = Result<T, Problem>;

/// Every resource of the service.
pub fn router(service: Service) -> Router {
    let tenant = Router::new()
        .route("/login", post(door::login))
        .route("/refresh", post(door::refresh))
        .route("/logout", post(door::logout))
        .route("/jwks.json", get(signing_keys::key_set))
        .route("/users", get(users::list).post(users::create))
        .route("/users/{id}", get(users::show).patch(users::change).delete(users::erase))
        .route("/users/{id}/consents", get(consents::history).post(consents::record))
        .route("/consents/{id}", get(consents::show))
        .route("/users/{id}/webauthn-credentials", get(credentials::list).post(credentials::register))
        .route(
            "/webauthn-credentials/{id}",
            get(credentials::show).patch(credentials::rename).delete(credentials::remove),
        )
        .route("/webauthn-credentials/{id}/assertions", post(credentials::count))
        .route("/sessions", get(sessions::list))
        .route("/sessions/{id}", get(sessions::show).delete(sessions::revoke))
        .route("/refresh-tokens", get(tokens::list))
        .route("/refresh-tokens/{id}", get(tokens::show).delete(tokens::revoke))
        .route("/revocation-events", get(events::list).post(events::revoke_all))
        .route("/revocation-events/{id}", get(events::show))
        .route("/signing-keys", get(signing_keys::list).post(signing_keys::rotate))
        .route("/signing-keys/{id}", get(signing_keys::show).delete(signing_keys::revoke));
    Router::new()
        .nest("/tenants/{tenant}", tenant)
        .fallback(async || Problem::from(Failure::NotFound))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(service)
}
