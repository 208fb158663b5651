//! [`Problem`]: errors as RFC 9457 has them, without anything of the inside.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::failure::Failure;

/// What went wrong, as the client is told.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: Option<&'static str>,
}

#[derive(Serialize)]
struct Body {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: &'static str) -> Self {
        Self { status, detail: Some(detail) }
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "a valid access token is needed")
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, detail: None }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(reason) => Self::new(StatusCode::UNAUTHORIZED, reason),
            Failure::Forbidden => Self::new(StatusCode::FORBIDDEN, "this is not for you to do"),
            Failure::NotFound => Self::new(StatusCode::NOT_FOUND, "there is no such thing"),
            Failure::Conflict(reason) => Self::new(StatusCode::CONFLICT, reason),
            Failure::Invalid(reason) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason),
            Failure::Unable(reason) => Self::new(StatusCode::SERVICE_UNAVAILABLE, reason),
            Failure::Database(error) => error.into(),
        }
    }
}

/// The library's errors hold no data; which model, constraint or role it was is still nobody's business.
impl From<tenant_db::Error> for Problem {
    fn from(error: tenant_db::Error) -> Self {
        let status = StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match status {
            StatusCode::NOT_FOUND => Failure::NotFound.into(),
            StatusCode::FORBIDDEN => Failure::Forbidden.into(),
            StatusCode::UNAUTHORIZED => Self::unauthenticated(),
            StatusCode::CONFLICT => Self::new(status, "it contradicts what is there"),
            StatusCode::BAD_REQUEST => Self::new(status, "there is nothing to do"),
            _ => {
                tracing::error!(target: "identity", %error, "a request failed");
                Self { status, detail: None }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"identity\""));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}
