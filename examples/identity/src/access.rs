//! Access tokens: JWTs signed with a key of the tenant, and the [`Authenticator`] that accepts them.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use chrono::Utc;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, dangerous};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tenant_db::prelude::*;
use tenant_db::{Authenticator, Error, Identity, Result, danger};
use uuid::Uuid;

use crate::models::{PublicKey, Session, SigningKey, User, UserRole};
use crate::roles::{Admin, Gate, Member};
use tenant_db::Role;

/// Who issues the tokens, and for whom.
const ISSUER: &str = "identity";

/// What a token says. Short on purpose: roles are read from the database each time.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The user.
    sub: Uuid,
    /// The tenant.
    tid: Uuid,
    /// The session.
    sid: Uuid,
    iat: i64,
    exp: i64,
}

/// A token that somebody presents. What it says is a claim until [`AccessTokens`] has accepted it.
pub(crate) struct AccessToken {
    text: SecretString,
    key: Uuid,
    claims: Claims,
}

impl AccessToken {
    /// Reads the token without believing it; `None` where it is none.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let header = jsonwebtoken::decode_header(text).ok()?;
        let key = header.kid?.parse().ok()?;
        let claims = dangerous::insecure_decode_claims(text).ok()?;
        (header.alg == Algorithm::EdDSA).then(|| Self { text: text.into(), key, claims })
    }

    /// The tenant that the token is for, if it is good.
    pub(crate) fn tenant(&self) -> Uuid {
        self.claims.tid
    }

    /// The session that it belongs to, if it is good.
    pub(crate) fn session(&self) -> Uuid {
        self.claims.sid
    }

    /// The user whose it is, if it is good.
    pub(crate) fn user(&self) -> Uuid {
        self.claims.sub
    }

    fn is_signed_with(&self, key: &PublicKey) -> bool {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 0;
        let key = DecodingKey::from_ed_der(&key.public_key);
        jsonwebtoken::decode::<Claims>(self.text.expose_secret(), &key, &validation).is_ok()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// Signs a token for a session; `None` where the key cannot be used.
pub(crate) fn sign(
    key: &SigningKey,
    tenant: Uuid,
    session: &Session,
    lifetime: Duration,
) -> Option<SecretString> {
    let now = Utc::now().timestamp();
    let exp = now.saturating_add_unsigned(lifetime.as_secs()).min(session.expires_at.timestamp());
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ISSUER.to_owned(),
        sub: session.user_id,
        tid: tenant,
        sid: session.id,
        iat: now,
        exp,
    };
    let header = Header { kid: Some(key.id.to_string()), ..Header::new(Algorithm::EdDSA) };
    let private = EncodingKey::from_ed_der(key.private_key.expose_secret());
    jsonwebtoken::encode(&header, &claims, &private).ok().map(SecretString::from)
}

/// Accepts access tokens whose key, session and user are good at this moment: signing out takes effect at once.
pub(crate) struct AccessTokens<'a> {
    pub(crate) db: &'a TenantDb,
}

impl Authenticator for AccessTokens<'_> {
    type Key = Uuid;
    type Credentials = AccessToken;

    async fn verify(&self, token: &AccessToken) -> Result<Identity> {
        let refused = || Error::unauthenticated("the access token is not valid");
        let Claims { sub, tid, sid, exp, .. } = token.claims;
        // The token says where to look for the key that proves it. Nothing is found for another tenant, or for another user.
        let claimed = Identity::new(tid, sub.to_string()).with_role(Gate::NAME);
        let claimed =
            danger::context("a token's key is looked up where the token says", claimed)?.as_role::<Gate>()?;
        let (key, session, user) = self
            .db
            .transaction(&claimed, async |tx| {
                let key = tx.scoped::<PublicKey>().find_optional(token.key);
                let session = tx.scoped::<Session>().find_optional(sid);
                let user = tx.scoped::<User>().find_optional(sub);
                tokio::try_join!(key, session, user)
            })
            .await?;

        let now = Utc::now();
        let key = key.filter(|key| key.verifies(now)).ok_or_else(refused)?;
        if !token.is_signed_with(&key) {
            return Err(refused());
        }
        let session = session.filter(|session| session.is_live(now) && session.user_id == sub);
        let user = user.filter(|user| user.disabled_at.is_none());
        let (Some(_), Some(user)) = (session, user) else { return Err(refused()) };

        let end = UNIX_EPOCH + Duration::from_secs(u64::try_from(exp).unwrap_or(0));
        let identity = Identity::new(tid, sub.to_string()).with_role(Member::NAME).expiring_at(end);
        Ok(match user.role {
            UserRole::Admin => identity.with_role(Admin::NAME),
            UserRole::User => identity,
        })
    }
}
