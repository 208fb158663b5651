//! Passwords: Argon2id with the crate's recommended costs, off the threads that serve requests.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

use crate::failure::Failure;

/// The shortest password that is accepted, in characters.
const MIN_LENGTH: usize = 12;

/// The longest, in bytes: hashing costs the more the longer it is.
const MAX_LENGTH: usize = 1024;

/// The hash of a new password, with a salt of its own.
///
/// # Errors
///
/// [`Failure::Invalid`] where it is too short or too long.
pub(crate) async fn accept(password: SecretString) -> Result<SecretString, Failure> {
    let (characters, bytes) = (password.expose_secret().chars().count(), password.expose_secret().len());
    if characters < MIN_LENGTH || bytes > MAX_LENGTH {
        return Err(Failure::Invalid("a password has 12 characters or more"));
    }
    let hash = move || Argon2::default().hash_password(password.expose_secret().as_bytes());
    match tokio::task::spawn_blocking(hash).await {
        Ok(Ok(hash)) => Ok(hash.to_string().into()),
        _ => Err(Failure::Unable("no password can be hashed at the moment")),
    }
}

/// Whether the password is the one that `hash` was made of. Without a hash the answer is no, and takes as long: who asks
/// does not learn whether there is such a user.
pub(crate) async fn verify(password: SecretString, hash: Option<SecretString>) -> bool {
    let verify = move || {
        let known = hash.as_ref().map_or(NOBODY.as_str(), |hash| hash.expose_secret());
        let matches = PasswordHash::new(known).is_ok_and(|known| {
            password.expose_secret().len() <= MAX_LENGTH
                && Argon2::default().verify_password(password.expose_secret().as_bytes(), &known).is_ok()
        });
        matches && hash.is_some()
    };
    tokio::task::spawn_blocking(verify).await.unwrap_or(false)
}

/// A hash of no password.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default().hash_password(&[0xff; 32]).map(|hash| hash.to_string()).unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_short_password_is_not_accepted() {
        assert!(matches!(accept("elevenchars".into()).await, Err(Failure::Invalid(_))));
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let hash = accept("correct horse battery".into()).await.unwrap();
        assert!(hash.expose_secret().starts_with("$argon2id$"));
        assert!(verify("correct horse battery".into(), Some(hash.clone())).await);
        assert!(!verify("correct horse batterz".into(), Some(hash.clone())).await);
        assert!(!verify("correct horse battery".into(), None).await);
        assert!(!verify("correct horse battery".into(), Some("not a hash".into())).await);
    }
}
