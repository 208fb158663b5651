//! Signing in, going on with a refresh token, and signing out.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use tenant_db::prelude::*;
use tenant_db::{Identity, OptionalExtension, Role, Transaction, danger};
use uuid::Uuid;

use crate::failure::Failure;
use crate::models::{
    NewRefreshToken, NewSession, PasswordOf, RefreshToken, Session, SessionSeen, SigningKey, TokenUse, User,
};
use crate::refresh_token::Secret;
use crate::revocation::{Reason, revoke_session};
use crate::roles::Gate;
use crate::schema::{refresh_tokens, sessions, signing_keys, users};
use crate::service::Service;
use crate::{access, passwords};

/// What somebody gets who has signed in.
#[derive(Debug, Serialize)]
pub(crate) struct Grant {
    #[serde(serialize_with = "exposed")]
    access_token: SecretString,
    #[serde(serialize_with = "exposed")]
    refresh_token: SecretString,
    token_type: &'static str,
    expires_in: u64,
    pub(crate) session_id: Uuid,
    pub(crate) user_id: Uuid,
}

/// The one place where secrets leave the service: to who they were made for.
fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// Nobody is told more than that: whether there is such a user is not for strangers to know.
fn refused() -> Failure {
    Failure::Refused("the credentials are not valid")
}

impl Service {
    /// Begins a session for whoever knows the password.
    pub(crate) async fn login(
        &self,
        tenant: Uuid,
        email: &str,
        password: SecretString,
        user_agent: Option<&str>,
    ) -> Result<Grant, Failure> {
        let gate = self.gate(tenant, "gate", "who signs in has no context yet")?;
        let user = self
            .db()
            .scoped::<PasswordOf>(&gate)
            .filter(users::email.eq(email.trim().to_lowercase()))
            .first()
            .await
            .optional()?
            .filter(|user| user.disabled_at.is_none());
        // No connection is held meanwhile.
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        if !passwords::verify(password, hash).await {
            return Err(refused());
        }
        let Some(user) = user else { return Err(refused()) };

        // From here on the service acts as the user, and can do nothing to anybody else's sessions.
        let context = self.gate(tenant, &user.id.to_string(), "the password was right")?;
        let lifetimes = self.lifetimes();
        self.db()
            .try_transaction(&context, async |tx| {
                let expires_at = after(Utc::now(), lifetimes.session);
                let new = NewSession { user_id: user.id, user_agent, expires_at };
                let session = tx.scoped::<Session>().insert(new).await?;
                self.issue(tx, &session, Uuid::now_v7()).await
            })
            .await
    }

    /// Exchanges a refresh token for new tokens. One that was used before was stolen, or its successor was: then the session
    /// ends, with every token of it.
    pub(crate) async fn refresh(&self, tenant: Uuid, presented: &SecretString) -> Result<Grant, Failure> {
        let token = Secret::read(presented).ok_or_else(refused)?;
        let context = self.gate(tenant, &token.user().to_string(), "a refresh token says whose it is")?;
        let hash = token.hash();
        let outcome = self
            .db()
            .try_transaction(&context, async |tx| {
                let tokens = tx.scoped::<RefreshToken>();
                let by_hash = refresh_tokens::token_hash.eq(&hash);
                let Some(found) = tokens.filter(by_hash).first().await.optional()? else {
                    return Ok(None);
                };
                // Whoever changes tokens of a session holds its row. Others with the same token wait here, and see then that
                // it was used.
                let by_id = sessions::id.eq(found.session_id);
                let session = tx.scoped::<Session>().filter(by_id).for_update().first().await?;
                let found = tokens.find(found.id).await?;
                let now = Utc::now();
                if found.used_at.is_some() {
                    if session.revoked_at.is_none() {
                        revoke_session(tx, &session, Reason::ReusedToken, session.user_id).await?;
                    }
                    return Ok(None);
                }
                let is_live = found.revoked_at.is_none() && found.expires_at > now && session.is_live(now);
                let user = tx.scoped::<User>().find(session.user_id).await?;
                if !is_live || user.disabled_at.is_some() {
                    return Ok(None);
                }
                tokens.update(found.id, TokenUse { used_at: now }).await?;
                tx.scoped::<Session>().update(session.id, SessionSeen { last_seen_at: now }).await?;
                self.issue(tx, &session, found.family_id).await.map(Some)
            })
            .await?;
        // After the commit, so that a refusal keeps what it has revoked.
        outcome.ok_or_else(refused)
    }

    /// A refresh token of the family, and an access token signed with the tenant's newest key.
    async fn issue(
        &self,
        tx: &mut Transaction<Gate>,
        session: &Session,
        family_id: Uuid,
    ) -> Result<Grant, Failure> {
        let unable = || Failure::Unable("no token can be issued for this tenant at the moment");
        let lifetimes = self.lifetimes();
        let key = tx
            .scoped::<SigningKey>()
            .filter(signing_keys::revoked_at.is_null().and(signing_keys::retires_at.is_null()))
            .order(signing_keys::created_at.desc())
            .first()
            .await
            .optional()?
            .ok_or_else(unable)?;
        let tenant = *tx.tenant();
        let access_token = access::sign(&key, tenant, session, lifetimes.access).ok_or_else(unable)?;
        let secret = Secret::new(session.user_id).ok_or_else(unable)?;
        let new = NewRefreshToken {
            session_id: session.id,
            user_id: session.user_id,
            family_id,
            token_hash: &secret.hash(),
            expires_at: after(Utc::now(), lifetimes.refresh).min(session.expires_at),
        };
        tx.scoped::<RefreshToken>().insert(new).await?;
        Ok(Grant {
            access_token,
            refresh_token: secret.into_text(),
            token_type: "Bearer",
            expires_in: lifetimes.access.as_secs(),
            session_id: session.id,
            user_id: session.user_id,
        })
    }

    /// A context for the service's own work at the door, where nobody is authenticated yet.
    pub(crate) fn gate(
        &self,
        tenant: Uuid,
        principal: &str,
        reason: &str,
    ) -> tenant_db::Result<TenantContext<Gate>> {
        danger::context(reason, Identity::new(tenant, principal).with_role(Gate::NAME))?.as_role::<Gate>()
    }
}

fn after(moment: DateTime<Utc>, duration: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(duration).ok().and_then(|delta| moment.checked_add_signed(delta)).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_hides_its_tokens_from_everybody_but_its_holder() {
        let grant = Grant {
            access_token: "secret-access".into(),
            refresh_token: "secret-refresh".into(),
            token_type: "Bearer",
            expires_in: 300,
            session_id: Uuid::nil(),
            user_id: Uuid::nil(),
        };
        assert!(!format!("{grant:?}").contains("secret"), "{grant:?}");
        let answer = serde_json::to_value(&grant).unwrap();
        assert_eq!(answer["access_token"], "secret-access");
        assert_eq!(answer["refresh_token"], "secret-refresh");
    }
}
