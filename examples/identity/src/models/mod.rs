//! The models: what each table holds, and which permission each operation takes.
//!
//! Some tables have two models. What not everybody may see (password hashes, private keys) is in a model of its own that asks
//! for a permission of its own, so it is never selected by accident.

mod consents;
mod credentials;
mod events;
mod keys;
mod sessions;
mod tokens;
mod users;

pub(crate) use consents::{ConsentAudit, NewConsentAudit};
pub(crate) use credentials::{Credential, CredentialName, CredentialUse, NewCredential};
pub(crate) use events::{NewRevocationEvent, RevocationEvent};
pub(crate) use keys::{KeyEnd, NewSigningKey, PublicKey, SigningKey};
pub(crate) use sessions::{NewSession, Session, SessionEnd, SessionSeen};
pub(crate) use tokens::{NewRefreshToken, RefreshToken, TokenEnd, TokenUse};
pub(crate) use users::{NewUser, PasswordChange, PasswordOf, User, UserChanges, UserRole};
