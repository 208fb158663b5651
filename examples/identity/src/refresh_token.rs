//! The text of refresh tokens: whose it is, and 32 random bytes. Only its hash is kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A refresh token as its holder has it.
pub(crate) struct Secret {
    user: Uuid,
    text: SecretString,
}

impl Secret {
    /// A new one; `None` where the machine has no randomness to give.
    pub(crate) fn new(user: Uuid) -> Option<Self> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let text = format!("{}.{}", user.simple(), URL_SAFE_NO_PAD.encode(bytes));
        Some(Self { user, text: text.into() })
    }

    /// Reads what somebody presents. The user is a claim: it is where to look, and the hash proves it.
    pub(crate) fn read(text: &SecretString) -> Option<Self> {
        let (user, random) = text.expose_secret().split_once('.')?;
        let user = Uuid::try_parse(user).ok()?;
        (random.len() == 43).then(|| Self { user, text: text.clone() })
    }

    /// Whose it claims to be.
    pub(crate) fn user(&self) -> Uuid {
        self.user
    }

    /// What the database keeps.
    pub(crate) fn hash(&self) -> Vec<u8> {
        digest(&SHA256, self.text.expose_secret().as_bytes()).as_ref().to_vec()
    }

    /// What its holder gets, once.
    pub(crate) fn into_text(self) -> SecretString {
        self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_hides_itself() {
        let user = Uuid::now_v7();
        let token = Secret::new(user).unwrap();
        let (hash, shown) = (token.hash(), format!("{token:?}"));
        let text = token.into_text();
        assert!(!shown.contains(text.expose_secret().split_once('.').unwrap().1), "{shown}");
        let again = Secret::read(&text).unwrap();
        assert_eq!((again.user(), again.hash()), (user, hash));
        for nonsense in ["", ".", "x.y", "00000000000000000000000000000000.short"] {
            assert!(Secret::read(&nonsense.into()).is_none(), "{nonsense}");
        }
    }
}
