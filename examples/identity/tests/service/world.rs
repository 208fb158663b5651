//! A service on a database of its own, asked over HTTP without a network.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use identity::database::{ROLES, config, policies, tables};
use identity::{Lifetimes, Service, router};
use serde_json::{Value, json};
use tenant_db::TenantDb;
use tenant_db::database::DatabaseConfig;
use tenant_db::testing::{DatabaseSetup, Postgres, ServerSource, TestDatabase, unique_name};
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) config: DatabaseConfig,
    pub(crate) service: Service,
    router: Router,
}

/// What the service answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// A tenant, and its first administrator.
pub(crate) struct Tenant {
    pub(crate) id: Uuid,
    pub(crate) admin: Person,
}

/// Somebody who has signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) tenant: Uuid,
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) session: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Lifetimes::default()).await
    }

    pub(crate) async fn with(lifetimes: Lifetimes) -> Self {
        let server = Postgres::shared().await.unwrap();
        // Roles belong to the server: on somebody else's they must be new.
        let prefix = match server.source() {
            ServerSource::FromEnvironment { throwaway: false, .. } => unique_name(ROLES),
            _ => ROLES.to_owned(),
        };
        let config = config(&prefix).unwrap();
        let setup = DatabaseSetup::new().folder(tables()).unwrap().isolation(&config).unwrap();
        let database = server.create_database(&setup.folder(policies()).unwrap()).await.unwrap();
        let url = database.url(config.runtime_role());
        // Connecting compares the database with the models, and refuses where they differ.
        let db = TenantDb::builder(url).database(config.clone()).pool_size(8).connect().await.unwrap();
        let service = Service::new(db, lifetimes);
        Self { database, config, router: router(service.clone()), service }
    }

    /// A new tenant whose administrator has signed in.
    pub(crate) async fn tenant(&self) -> Tenant {
        let id = Uuid::now_v7();
        let email = "admin@example.com";
        self.service.found_tenant(id, email, PASSWORD.into()).await.unwrap();
        Tenant { id, admin: self.sign_in(id, email).await }
    }

    /// A new user of the tenant who has signed in.
    pub(crate) async fn user(&self, tenant: &Tenant, email: &str) -> Person {
        let new = json!({ "email": email, "display_name": email, "password": PASSWORD, "role": "user" });
        self.post(&tenant.admin, "/users", new).await.expect(StatusCode::CREATED);
        self.sign_in(tenant.id, email).await
    }

    pub(crate) async fn sign_in(&self, tenant: Uuid, email: &str) -> Person {
        let login = json!({ "email": email, "password": PASSWORD });
        let grant = self.ask(Method::POST, &format!("/tenants/{tenant}/login"), None, Some(login)).await;
        grant.expect(StatusCode::OK).person(tenant, email)
    }

    /// Exchanges a refresh token.
    pub(crate) async fn refresh(&self, tenant: Uuid, refresh_token: &str) -> Answer {
        let body = json!({ "refresh_token": refresh_token });
        self.ask(Method::POST, &format!("/tenants/{tenant}/refresh"), None, Some(body)).await
    }

    pub(crate) async fn get(&self, who: &Person, path: &str) -> Answer {
        self.of(Method::GET, who, path, None).await
    }

    pub(crate) async fn post(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.of(Method::POST, who, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, who: &Person, path: &str, body: Value) -> Answer {
        self.of(Method::PATCH, who, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, who: &Person, path: &str) -> Answer {
        self.of(Method::DELETE, who, path, None).await
    }

    /// A request of `who` in their own tenant.
    pub(crate) async fn of(&self, method: Method, who: &Person, path: &str, body: Option<Value>) -> Answer {
        self.ask(method, &format!("/tenants/{}{path}", who.tenant), Some(&who.access_token), body).await
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.header(CONTENT_TYPE, "application/json").body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, headers, text, body }
    }

    /// From now on every query fails.
    pub(crate) async fn cut_off_database(&self) {
        let (database, role) = (self.database.name(), self.config.runtime_role());
        let cut_off = format!(
            "REVOKE CONNECT ON DATABASE \"{database}\" FROM PUBLIC, \"{role}\";
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND usename = '{role}'"
        );
        self.database.execute(&cut_off).await.unwrap();
    }

    /// Rows of text as a superuser sees them.
    pub(crate) async fn truth(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.database.query_text(sql).await.unwrap()
    }

    /// The one value of such a query.
    pub(crate) async fn truth_of(&self, sql: &str) -> String {
        self.truth(sql).await[0][0].clone().unwrap_or_default()
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Holds a refusal to RFC 9457, and to what it must not say.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: StatusCode) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.headers[CONTENT_TYPE], "application/problem+json");
        assert_eq!(answer.body["status"], status.as_u16());
        assert_eq!(answer.body["type"], "about:blank");
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == StatusCode::UNAUTHORIZED);
        for inside in ["policy", "relation", "constraint", "tenant", "SELECT", "role `", "Session", "User"] {
            assert!(!answer.text.contains(inside), "{}", answer.text);
        }
        answer
    }

    /// How many things are in a list.
    pub(crate) fn count(&self) -> usize {
        self.body.as_array().unwrap().len()
    }

    pub(crate) fn id(&self) -> String {
        self.text_of("id")
    }

    pub(crate) fn text_of(&self, key: &str) -> String {
        self.body[key].as_str().unwrap().to_owned()
    }

    pub(crate) fn person(&self, tenant: Uuid, email: &str) -> Person {
        Person {
            tenant,
            id: self.text_of("user_id"),
            email: email.to_owned(),
            session: self.text_of("session_id"),
            access_token: self.text_of("access_token"),
            refresh_token: self.text_of("refresh_token"),
        }
    }
}
