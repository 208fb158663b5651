//! What may be done: [`Permission`], [`Role`] and [`Grants`], checked by the compiler.

/// A thing that one may be allowed to do, such as `customers:read`. Derive it on a unit struct.
///
/// ```
/// use tenant_db::Permission;
///
/// #[derive(Permission)]
/// #[permission("customers:read")]
/// pub struct ReadCustomers;
///
/// assert_eq!(ReadCustomers::NAME, "customers:read");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a permission",
    note = "declare it as `#[derive(Permission)] #[permission(\"customers:read\")] pub struct {Self};`"
)]
pub trait Permission: Send + Sync + 'static {
    /// The name by which tokens and audit records know the permission.
    const NAME: &'static str;
}

/// A named set of permissions. Derive it on a unit struct.
///
/// ```
/// use tenant_db::{Permission, Role};
///
/// #[derive(Permission)]
/// #[permission("customers:read")]
/// pub struct ReadCustomers;
///
/// #[derive(Role)]
/// #[role("viewer", grants(ReadCustomers))]
/// pub struct Viewer;
///
/// assert_eq!(Viewer::NAME, "viewer");
/// assert_eq!(Viewer::PERMISSIONS, ["customers:read"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a role",
    note = "declare it as `#[derive(Role)] #[role(\"viewer\", grants(ReadCustomers))] pub struct {Self};`"
)]
pub trait Role: Send + Sync + 'static {
    /// The name by which tokens know the role.
    const NAME: &'static str;
    /// The names of the permissions that it grants, in the order in which they were declared.
    const PERMISSIONS: &'static [&'static str];
}

/// `R: Grants<P>` says that whoever holds role `R` has permission `P`. `#[derive(Role)]` writes these impls.
#[diagnostic::on_unimplemented(
    message = "role `{Self}` does not grant `{P}`",
    label = "this needs `{P}`, and `{Self}` does not grant it",
    note = "what a role may do is decided where it is declared: `#[role(\"…\", grants({P}, …))]`",
    note = "a context fresh from its authenticator has role `AnyRole`, which grants nothing: narrow it with `ctx.as_role::<SomeRole>()?`"
)]
pub trait Grants<P>: Send + Sync + 'static {}

/// The role of a context whose role has not been looked at yet. It grants nothing but what needs no permission.
///
/// [`TenantContext::as_role`](crate::TenantContext::as_role) turns it into a role of yours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnyRole;

/// What a model asks for when it names no permission: every role grants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoPermission;

impl<R: Send + Sync + 'static> Grants<NoPermission> for R {}
