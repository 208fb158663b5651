//! How cursors are sealed: encrypted, bound to their tenant, and not to be changed.
//!
//! ```text
//! token     = base64url(version ‖ nonce (24) ‖ ciphertext ‖ tag (16)), without padding
//! associated  "tenant-db/cursor" ‖ version ‖ kind of the tenant's key ‖ the key
//! plaintext = seconds since 1970 (8) ‖ fingerprint of the query (32) ‖ side (1) ‖ values
//! value     = 0, or 1 ‖ length (4) ‖ bytes
//! ```

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest, Sha256};

use super::cursor::CursorFault;
use super::position::{Side, Value, Values};
use crate::error::{Error, Result};
use crate::query::predicate::Tenant;

/// What a database connection knows of pages: the key of its cursors, how long they hold, how large pages may be.
pub(crate) struct Paging {
    cipher: XChaCha20Poly1305,
    lifetime: Option<Duration>,
    max_size: i64,
}

/// How large a page may be unless somebody says otherwise.
const MAX_SIZE: u32 = 1_000;

/// A key that somebody could guess would let them forge cursors.
const LEAST_KEY: usize = 32;

const VERSION: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 16;
const FINGERPRINT: usize = 32;
const HEADER: usize = 8 + FINGERPRINT + 1;

/// How many bytes the values of a row may have: a cursor has to fit into a URL, or at least into a header.
const MAX_VALUES: usize = 8 * 1024;
const MAX_BYTES: usize = 1 + NONCE + HEADER + MAX_VALUES + TAG;

/// Says what a query is: its text, without what differs between pages.
pub(super) type Fingerprint = [u8; FINGERPRINT];

pub(super) fn fingerprint(model: &str, sql: &str) -> Fingerprint {
    let mut hash = Sha256::new();
    hash.update((model.len() as u64).to_be_bytes());
    hash.update(model);
    hash.update(sql);
    hash.finalize().into()
}

impl Paging {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for a key that is too short, or where the system gives no random numbers.
    pub(crate) fn new(
        key: Option<&SecretSlice<u8>>,
        lifetime: Option<Duration>,
        max_size: Option<u32>,
    ) -> Result<Self> {
        let max_size = max_size.unwrap_or(MAX_SIZE);
        if max_size == 0 {
            return Err(Error::invalid_configuration("`max_page_size` is 0, so no page could be read"));
        }
        Ok(Self { cipher: cipher(key)?, lifetime, max_size: i64::from(max_size) })
    }

    /// # Errors
    ///
    /// [`Error::InvalidPageSize`].
    pub(super) fn check_size(&self, size: i64) -> Result<()> {
        if (1..=self.max_size).contains(&size) {
            return Ok(());
        }
        Err(Error::InvalidPageSize { max: self.max_size })
    }

    /// # Errors
    ///
    /// [`Error::InvalidQuery`] where the values are too long for a cursor.
    pub(super) fn seal(
        &self,
        tenant: &Tenant,
        query: &Fingerprint,
        side: Side,
        values: &[Option<Value>],
    ) -> Result<String> {
        let mut plain = Vec::with_capacity(HEADER + values.len() * 24);
        plain.extend_from_slice(&now().to_be_bytes());
        plain.extend_from_slice(query);
        plain.push(side as u8);
        for value in values {
            write_value(&mut plain, value.as_ref())?;
        }
        if plain.len() > HEADER + MAX_VALUES {
            return Err(too_long());
        }
        let nonce = XNonce::try_generate().map_err(|_| no_random_numbers())?;
        let payload = Payload { msg: &plain, aad: &associated(tenant) };
        let sealed = self.cipher.encrypt(&nonce, payload).map_err(|_| too_long())?;
        Ok(URL_SAFE_NO_PAD.encode([&[VERSION], nonce.as_slice(), &sealed].concat()))
    }

    /// # Errors
    ///
    /// [`Error::InvalidCursor`].
    pub(super) fn open(&self, tenant: &Tenant, query: &Fingerprint, token: &str) -> Result<(Side, Values)> {
        let bytes = decoded(token)?;
        let malformed = || Error::from(CursorFault::Malformed);
        let (nonce, sealed) = bytes[1..].split_at(NONCE);
        let nonce = XNonce::try_from(nonce).map_err(|_| malformed())?;
        let payload = Payload { msg: sealed, aad: &associated(tenant) };
        let plain = self.cipher.decrypt(&nonce, payload).map_err(|_| CursorFault::Unrecognised)?;
        // From here on it is what this library has written.
        let (issued, rest) = plain.split_first_chunk::<8>().ok_or_else(malformed)?;
        let (written, rest) = rest.split_first_chunk::<FINGERPRINT>().ok_or_else(malformed)?;
        if written != query {
            return Err(CursorFault::OtherQuery.into());
        }
        let age = now().saturating_sub(u64::from_be_bytes(*issued));
        if self.lifetime.is_some_and(|lifetime| age > lifetime.as_secs()) {
            return Err(CursorFault::Expired.into());
        }
        let (side, values) = rest.split_first().ok_or_else(malformed)?;
        let side = [Side::After, Side::Before, Side::From, Side::UpTo]
            .into_iter()
            .find(|known| *known as u8 == *side)
            .ok_or_else(malformed)?;
        Ok((side, read_values(values).ok_or_else(malformed)?))
    }
}

/// Never the key.
impl fmt::Debug for Paging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paging")
            .field("lifetime", &self.lifetime)
            .field("max_size", &self.max_size)
            .finish_non_exhaustive()
    }
}

impl From<CursorFault> for Error {
    fn from(reason: CursorFault) -> Self {
        Self::InvalidCursor { reason }
    }
}

/// The bytes of a token that may be one.
///
/// # Errors
///
/// [`CursorFault::Malformed`].
pub(super) fn decoded(token: &str) -> Result<Vec<u8>> {
    let malformed = || Error::from(CursorFault::Malformed);
    if token.len() > MAX_BYTES.div_ceil(3) * 4 {
        return Err(malformed());
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| malformed())?;
    let fits = (1 + NONCE + HEADER + TAG..=MAX_BYTES).contains(&bytes.len());
    if fits && bytes.first() == Some(&VERSION) { Ok(bytes) } else { Err(malformed()) }
}

fn cipher(key: Option<&SecretSlice<u8>>) -> Result<XChaCha20Poly1305> {
    let Some(key) = key else {
        let key = Key::try_generate().map_err(|_| no_random_numbers())?;
        return Ok(XChaCha20Poly1305::new(&key));
    };
    let key = key.expose_secret();
    if key.len() < LEAST_KEY {
        return Err(Error::invalid_configuration(format!(
            "`cursor_key` has {} bytes; give {LEAST_KEY} random ones or more",
            key.len()
        )));
    }
    // Whatever its length, and whatever else it may be used for.
    let mut hash = Sha256::new();
    hash.update(b"tenant-db/cursor-key\x01");
    hash.update(key);
    Ok(XChaCha20Poly1305::new(&hash.finalize()))
}

/// Whose a cursor is.
fn associated(tenant: &Tenant) -> Vec<u8> {
    let mut bytes = b"tenant-db/cursor".to_vec();
    bytes.push(VERSION);
    let (kind, key): (u8, &[u8]) = match tenant {
        Tenant::Uuid(uuid) => (1, uuid.as_bytes()),
        Tenant::Text(text) => (2, text.as_bytes()),
        Tenant::BigInt(number) => (3, &number.to_be_bytes()),
    };
    bytes.push(kind);
    bytes.extend_from_slice(key);
    bytes
}

fn write_value(plain: &mut Vec<u8>, value: Option<&Value>) -> Result<()> {
    let Some(Value(bytes)) = value else {
        plain.push(0);
        return Ok(());
    };
    let length = u32::try_from(bytes.len()).map_err(|_| too_long())?;
    plain.push(1);
    plain.extend_from_slice(&length.to_be_bytes());
    plain.extend_from_slice(bytes);
    Ok(())
}

fn read_values(mut bytes: &[u8]) -> Option<Values> {
    let mut values = Values::new();
    while let Some((present, rest)) = bytes.split_first() {
        if *present == 0 {
            values.push(None);
            bytes = rest;
            continue;
        }
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        values.push(Some(Value(value.to_vec())));
        bytes = rest;
    }
    Some(values)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn too_long() -> Error {
    Error::InvalidQuery { reason: "what its pages are ordered by is too long for a cursor" }
}

fn no_random_numbers() -> Error {
    Error::invalid_configuration("the system gives no random numbers, which cursors are made with")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(key: &[u8]) -> Paging {
        Paging::new(Some(&SecretSlice::from(key.to_vec())), None, None).unwrap()
    }

    fn fault<T>(outcome: Result<T>) -> CursorFault {
        match outcome {
            Err(Error::InvalidCursor { reason, .. }) => reason,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it was accepted"),
        }
    }

    #[test]
    fn what_was_sealed_is_opened_by_the_same_tenant_query_and_key_only() {
        let (ours, query) = (Tenant::Text("a".to_owned()), fingerprint("M", "SELECT"));
        let values = [None, Some(Value(Vec::new())), Some(Value(vec![0, 1, 255]))];
        for side in [Side::After, Side::Before, Side::From, Side::UpTo] {
            let token = paging(&[7; 32]).seal(&ours, &query, side, &values).unwrap();
            assert_eq!(paging(&[7; 32]).open(&ours, &query, &token).unwrap(), (side, values.to_vec()));
            let other = fingerprint("M", "SELECT 1");
            assert_eq!(fault(paging(&[7; 32]).open(&ours, &other, &token)), CursorFault::OtherQuery);
            for (paging, tenant) in [
                (paging(&[7; 33]), ours.clone()),
                (paging(&[8; 32]), ours.clone()),
                (Paging::new(None, None, None).unwrap(), ours.clone()),
                (paging(&[7; 32]), Tenant::Text("b".to_owned())),
            ] {
                assert_eq!(fault(paging.open(&tenant, &query, &token)), CursorFault::Unrecognised);
            }
        }
    }

    #[test]
    fn keys_of_tenants_that_look_alike_are_different_tenants() {
        let query = fingerprint("M", "SELECT");
        let number = 0x6162_6364_6566_6768_i64;
        let (number, text) = (Tenant::BigInt(number), Tenant::Text("abcdefgh".to_owned()));
        let token = paging(&[7; 32]).seal(&number, &query, Side::After, &[]).unwrap();
        assert_eq!(fault(paging(&[7; 32]).open(&text, &query, &token)), CursorFault::Unrecognised);
    }

    #[test]
    fn no_bit_of_it_can_be_changed_and_nothing_left_out() {
        let (ours, query, paging) = (Tenant::BigInt(1), fingerprint("M", "SELECT"), paging(&[7; 32]));
        let token = paging.seal(&ours, &query, Side::After, &[Some(Value(b"ada".to_vec()))]).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(!bytes.windows(3).any(|window| window == b"ada"), "it can be read");
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let expected = if bit < 8 { CursorFault::Malformed } else { CursorFault::Unrecognised };
            assert_eq!(fault(paging.open(&ours, &query, &URL_SAFE_NO_PAD.encode(changed))), expected);
        }
        for length in 0..bytes.len() {
            fault(paging.open(&ours, &query, &URL_SAFE_NO_PAD.encode(&bytes[..length])));
        }
        for position in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            fault(paging.open(&ours, &query, &String::from_utf8(changed).unwrap()));
        }
        for text in ["", "=", "é", " ", &format!("{token}="), &format!("{token}A"), &"A".repeat(1 << 20)] {
            fault(paging.open(&ours, &query, text));
        }
        assert!(paging.open(&ours, &query, &token).is_ok());
    }

    #[test]
    fn cursors_grow_old_where_somebody_says_so() {
        let (ours, query) = (Tenant::BigInt(1), fingerprint("M", "SELECT"));
        let key = SecretSlice::from(vec![7; 32]);
        let for_ever = Paging::new(Some(&key), None, None).unwrap();
        let short = Paging::new(Some(&key), Some(Duration::from_secs(1)), None).unwrap();
        let token = for_ever.seal(&ours, &query, Side::After, &[]).unwrap();
        assert!(short.open(&ours, &query, &token).is_ok());
        std::thread::sleep(Duration::from_millis(2_100));
        assert_eq!(fault(short.open(&ours, &query, &token)), CursorFault::Expired);
        assert!(for_ever.open(&ours, &query, &token).is_ok());
    }

    #[test]
    fn short_keys_and_long_values_are_refused() {
        let short = SecretSlice::from(b"hunter2".to_vec());
        let message = Paging::new(Some(&short), None, None).unwrap_err().to_string();
        assert!(message.contains("7 bytes") && !message.contains("hunter2"), "{message}");
        let long = [Some(Value(vec![0; MAX_VALUES]))];
        let sealed = paging(&[7; 32]).seal(&Tenant::BigInt(1), &[0; 32], Side::After, &long);
        assert!(matches!(sealed, Err(Error::InvalidQuery { .. })), "{sealed:?}");
    }
}
