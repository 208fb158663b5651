//! Users, and apart from them their password hashes.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tenant_db::{TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use crate::roles::{ChangeUsers, CheckPasswords, CreateUsers, DeleteUsers, Never, ReadUsers};
use crate::schema::users;

#[derive(Debug, Clone, Serialize, TenantScoped)]
#[tenant(
    table = users,
    read = ReadUsers,
    insert = CreateUsers,
    update = ChangeUsers,
    delete = DeleteUsers,
    defaults(created_at, role),
    unique(email),
    check(name = users_email_check, "email = lower(email) AND email LIKE '_%@_%'"),
    check(name = users_role_check, "role IN ('user', 'admin')")
)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) display_name: String,
    #[diesel(deserialize_as = String)]
    pub(crate) role: UserRole,
    pub(crate) disabled_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(TenantInsert)]
#[tenant(model = User)]
pub(crate) struct NewUser<'a> {
    pub(crate) email: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) password_hash: &'a str,
    pub(crate) role: &'static str,
}

#[derive(Debug, Default, TenantUpdate)]
#[tenant(model = User)]
pub(crate) struct UserChanges {
    pub(crate) display_name: Option<String>,
    pub(crate) role: Option<&'static str>,
    pub(crate) disabled_at: Option<Option<DateTime<Utc>>>,
}

#[derive(TenantUpdate)]
#[tenant(model = User)]
pub(crate) struct PasswordChange<'a> {
    pub(crate) password_hash: &'a str,
}

/// What a password is compared with. Only who signs users in may read it.
#[derive(Debug, TenantScoped)]
#[tenant(table = users, read = CheckPasswords, write = Never)]
pub(crate) struct PasswordOf {
    pub(crate) id: Uuid,
    #[diesel(deserialize_as = String)]
    pub(crate) password_hash: SecretString,
    pub(crate) disabled_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UserRole {
    User,
    Admin,
}

impl UserRole {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

impl TryFrom<String> for UserRole {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        match name.as_str() {
            "user" => Ok(Self::User),
            "admin" => Ok(Self::Admin),
            _ => Err("not a role of this service"),
        }
    }
}
