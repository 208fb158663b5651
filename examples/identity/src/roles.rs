//! What may be done, and who may do it. The compiler holds every operation to it; the database holds rows to their users.

use tenant_db::{Permission, Role};

macro_rules! permissions {
    ($($(#[doc = $doc:literal])* $name:ident = $text:tt;)*) => {
        $($(#[doc = $doc])* #[derive(Debug, Permission)] #[permission($text)] pub struct $name;)*
    };
}

permissions! {
    /// See users, without their password hashes.
    ReadUsers = "users:read";
    /// Add users.
    CreateUsers = "users:create";
    /// Change users.
    ChangeUsers = "users:change";
    /// Erase users.
    DeleteUsers = "users:delete";
    /// Read password hashes, to compare with them.
    CheckPasswords = "users:check-password";
    /// See sessions.
    ReadSessions = "sessions:read";
    /// Begin and revoke sessions.
    WriteSessions = "sessions:write";
    /// See refresh tokens, of which nothing can be used.
    ReadTokens = "tokens:read";
    /// Issue and revoke refresh tokens.
    WriteTokens = "tokens:write";
    /// See WebAuthn credentials.
    ReadCredentials = "credentials:read";
    /// Register, rename, use and remove WebAuthn credentials.
    WriteCredentials = "credentials:write";
    /// See what was agreed to.
    ReadConsents = "consents:read";
    /// Record what is agreed to.
    RecordConsents = "consents:record";
    /// See what was revoked.
    ReadEvents = "events:read";
    /// Note that something was revoked.
    RecordEvents = "events:record";
    /// See public keys.
    ReadKeys = "keys:read";
    /// Add and revoke keys.
    RotateKeys = "keys:rotate";
    /// Read private keys, to sign with them.
    SignTokens = "keys:sign";
    /// What nobody may: no role grants it.
    Never = "never";
}

/// A user of the tenant, acting for itself: that it reaches no other user's sessions is the database's doing
/// (`check_user_access`).
#[derive(Debug, Role)]
#[role(
    "user",
    grants(
        ReadUsers,
        ChangeUsers,
        ReadSessions,
        WriteSessions,
        ReadTokens,
        WriteTokens,
        ReadCredentials,
        WriteCredentials,
        ReadConsents,
        RecordConsents,
        ReadEvents,
        RecordEvents,
        ReadKeys
    )
)]
pub struct Member;

/// An administrator of the tenant.
#[derive(Debug, Role)]
#[role(
    "admin",
    grants(
        ReadUsers,
        CreateUsers,
        ChangeUsers,
        DeleteUsers,
        ReadSessions,
        WriteSessions,
        ReadTokens,
        WriteTokens,
        ReadCredentials,
        WriteCredentials,
        ReadConsents,
        RecordConsents,
        ReadEvents,
        RecordEvents,
        ReadKeys,
        RotateKeys
    )
)]
pub struct Admin;

/// The service itself while it finds out who somebody is, and issues tokens to them.
#[derive(Debug, Role)]
#[role(
    "gate",
    grants(
        ReadUsers,
        CheckPasswords,
        ReadSessions,
        WriteSessions,
        ReadTokens,
        WriteTokens,
        RecordEvents,
        ReadKeys,
        SignTokens
    )
)]
pub struct Gate;

/// The service itself while it sets up a tenant.
#[derive(Debug, Role)]
#[role("founder", grants(CreateUsers, RotateKeys))]
pub struct Founder;
