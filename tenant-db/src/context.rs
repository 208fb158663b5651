//! Who acts, for which tenant, with which role, until when: [`TenantContext`] and the [`Authenticator`] it comes from.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::SystemTime;

use uuid::Uuid;

use crate::error::{Error, Result};
use crate::permission::{AnyRole, Permission, Role};
use crate::public_view::Everybody;
use crate::tenant::{TenantKey, TenantValue};

/// Proof that somebody was authenticated, and for which tenant. Every query needs one.
///
/// `R` is the role that the compiler knows about, [`AnyRole`] until [`as_role`](Self::as_role) has looked; `K` is the
/// type of the tenant's key. Clones are cheap and share everything.
///
/// # Isolation
///
/// The fields are private; there is no `Default`, no `Deserialize`, and no constructor but the outcome of an
/// [`Authenticator`] and [`danger::context`](crate::danger::context) (I2).
#[must_use = "a context does nothing until it is handed to `db.scoped`, `db.transaction` or `db.begin`"]
pub struct TenantContext<R = AnyRole, K: TenantKey = Uuid> {
    pub(crate) inner: Arc<ContextInner<K>>,
    role: PhantomData<fn() -> R>,
}

/// What a context knows, apart from the role that its type carries.
pub(crate) struct ContextInner<K: TenantKey> {
    identity: Identity<K>,
    /// The tenant, quoted for `SET LOCAL`: checked once, when the context is made.
    literal: String,
}

impl<K: TenantKey> ContextInner<K> {
    pub(crate) fn tenant(&self) -> &K {
        &self.identity.tenant
    }

    pub(crate) fn tenant_literal(&self) -> &str {
        &self.literal
    }

    pub(crate) fn principal(&self) -> &str {
        &self.identity.principal
    }

    /// The principal, quoted for `SET LOCAL`. Only programs whose database is told of it need one that can be.
    pub(crate) fn principal_literal(&self) -> Result<String> {
        TenantValue::Text(self.principal().into()).to_literal().map_err(|_| {
            Error::unauthenticated(
                "the principal is empty, longer than 1024 bytes or contains a NUL character, so the database cannot be told",
            )
        })
    }

    pub(crate) fn ensure_valid(&self) -> Result<()> {
        match self.identity.expires_at {
            Some(end) if SystemTime::now() >= end => Err(Error::ContextExpired),
            _ => Ok(()),
        }
    }
}

impl ContextInner<Everybody> {
    /// Who reads public views. The tenant's setting is empty, as after the transaction that set it: policies raise (I4).
    pub(crate) fn of_nobody(everybody: Everybody) -> Self {
        Self { identity: Identity::new(everybody, "everybody"), literal: "''".to_owned() }
    }
}

impl<K: TenantKey> TenantContext<AnyRole, K> {
    pub(crate) fn from_identity(identity: Identity<K>) -> Result<Self> {
        let literal = identity.tenant.to_value().to_literal()?;
        Ok(Self { inner: Arc::new(ContextInner { identity, literal }), role: PhantomData })
    }
}

impl<R, K: TenantKey> TenantContext<R, K> {
    /// The tenant for which the context acts.
    #[must_use]
    pub fn tenant(&self) -> &K {
        self.inner.tenant()
    }

    /// Who acts: the subject that the authenticator named, a user or a service.
    #[must_use]
    pub fn principal(&self) -> &str {
        self.inner.principal()
    }

    /// The organisation to which the tenant belongs, where the authenticator named one.
    #[must_use]
    pub fn organisation(&self) -> Option<&str> {
        self.inner.identity.organisation.as_deref()
    }

    /// The names of the principal's roles, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.inner.identity.roles.iter().map(String::as_str)
    }

    /// The names of permissions that the principal holds apart from its roles, in alphabetical order.
    pub fn permissions(&self) -> impl Iterator<Item = &str> {
        self.inner.identity.permissions.iter().map(String::as_str)
    }

    /// Whether the principal holds permission `P` by name, apart from its roles.
    #[must_use]
    pub fn has_permission<P: Permission>(&self) -> bool {
        self.inner.identity.permissions.contains(P::NAME)
    }

    /// What is known of the request.
    #[must_use]
    pub fn request(&self) -> &RequestMetadata {
        &self.inner.identity.request
    }

    /// When the context stops being good for anything.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.inner.identity.expires_at
    }

    /// The same context, with a role that the compiler knows: checked here once, and by types from here on.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] where the principal does not have the role, [`Error::ContextExpired`] where it is too late.
    pub fn as_role<S: Role>(&self) -> Result<TenantContext<S, K>> {
        self.inner.ensure_valid()?;
        if !self.inner.identity.roles.contains(S::NAME) {
            let held = self.roles().collect::<Vec<_>>().join("`, `");
            return Err(Error::forbidden(if held.is_empty() {
                format!("the principal does not have role `{}`, nor any other", S::NAME)
            } else {
                format!("the principal does not have role `{}`; it has `{held}`", S::NAME)
            }));
        }
        Ok(TenantContext { inner: Arc::clone(&self.inner), role: PhantomData })
    }
}

impl<R, K: TenantKey> Clone for TenantContext<R, K> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), role: PhantomData }
    }
}

impl<R, K: TenantKey> fmt::Debug for TenantContext<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantContext")
            .field("tenant", self.tenant())
            .field("principal", &self.principal())
            .field("roles", &self.inner.identity.roles)
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

/// What an [`Authenticator`] found out about the sender of some credentials.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tenant_db::Identity;
/// use uuid::Uuid;
///
/// let identity = Identity::new(Uuid::now_v7(), "user:ada")
///     .with_organisation("org:analytical-engines")
///     .with_role("manager")
///     .with_permission("reports:export")
///     .expiring_at(SystemTime::now() + Duration::from_secs(900));
/// # assert_eq!(identity.principal(), "user:ada");
/// ```
///
/// # Isolation
///
/// An identity is a claim, not a proof: no query takes one. It has no `Deserialize`, so a request body cannot become
/// one by accident.
#[derive(Clone)]
#[must_use]
pub struct Identity<K: TenantKey = Uuid> {
    tenant: K,
    principal: String,
    organisation: Option<String>,
    roles: BTreeSet<String>,
    permissions: BTreeSet<String>,
    request: RequestMetadata,
    expires_at: Option<SystemTime>,
}

impl<K: TenantKey> Identity<K> {
    /// `principal` acts for `tenant`.
    pub fn new(tenant: K, principal: impl Into<String>) -> Self {
        Self {
            tenant,
            principal: principal.into(),
            organisation: None,
            roles: BTreeSet::new(),
            permissions: BTreeSet::new(),
            request: RequestMetadata::default(),
            expires_at: None,
        }
    }

    /// The organisation to which the tenant belongs.
    pub fn with_organisation(mut self, organisation: impl Into<String>) -> Self {
        self.organisation = Some(organisation.into());
        self
    }

    /// One more role of the principal, by the name that `#[role("…")]` gives it.
    pub fn with_role(mut self, role: impl Into<String>) -> Self {
        self.roles.insert(role.into());
        self
    }

    /// One more permission that the principal holds apart from its roles.
    pub fn with_permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.insert(permission.into());
        self
    }

    /// What is known of the request.
    pub fn with_request(mut self, request: RequestMetadata) -> Self {
        self.request = request;
        self
    }

    /// After this moment the context refuses further work. Without it the context does not expire.
    pub fn expiring_at(mut self, end: SystemTime) -> Self {
        self.expires_at = Some(end);
        self
    }

    /// Who acts.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }
}

impl<K: TenantKey> fmt::Debug for Identity<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("tenant", &self.tenant)
            .field("principal", &self.principal)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// What is known of the request on whose behalf a context acts; audit records carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestMetadata {
    /// The request's identifier.
    pub request_id: Option<String>,
    /// The address that it came from.
    pub remote_address: Option<std::net::IpAddr>,
    /// What the client says that it is.
    pub user_agent: Option<String>,
}

impl RequestMetadata {
    /// Nothing known yet; the fields are public.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Turns credentials into a [`TenantContext`]: the only ordinary way to one.
///
/// Implement [`verify`](Self::verify); call [`authenticate`](Self::authenticate).
///
/// ```
/// use tenant_db::{Authenticator, Error, Identity, Result};
/// use uuid::Uuid;
///
/// struct ApiKeys { /* … */ }
///
/// impl Authenticator for ApiKeys {
///     type Key = Uuid;
///     type Credentials = str;
///
///     async fn verify(&self, key: &str) -> Result<Identity> {
///         let tenant = look_up(key).await.ok_or_else(|| Error::unauthenticated("unknown key"))?;
///         Ok(Identity::new(tenant, "service:billing").with_role("viewer"))
///     }
/// }
/// # async fn look_up(_: &str) -> Option<Uuid> { None }
/// ```
///
/// # Isolation
///
/// Who implements this trait decides who acts for which tenant: there should be one implementation, and it should be
/// reviewed. Everything else in a program can only pass on what it was given.
pub trait Authenticator: Send + Sync {
    /// The type of a tenant's key.
    type Key: TenantKey;
    /// What a caller presents: a bearer token, an API key, a signed job.
    type Credentials: ?Sized + Sync;

    /// Says whose the credentials are.
    ///
    /// # Errors
    ///
    /// [`Error::unauthenticated`] where they are not good, or whatever kept the implementation from finding out.
    fn verify(
        &self,
        credentials: &Self::Credentials,
    ) -> impl Future<Output = Result<Identity<Self::Key>>> + Send;

    /// Verifies the credentials and makes a context.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify); [`Error::InvalidTenant`] for a key that cannot name a tenant;
    /// [`Error::ContextExpired`] where the identity has expired already.
    fn authenticate(
        &self,
        credentials: &Self::Credentials,
    ) -> impl Future<Output = Result<TenantContext<AnyRole, Self::Key>>> + Send {
        async move {
            let context = TenantContext::from_identity(self.verify(credentials).await?)?;
            context.inner.ensure_valid()?;
            Ok(context)
        }
    }
}
