//! SHA-256 digests, and the one-byte domains that keep their three uses apart.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Domain of a block's bytes. Equal to RFC 6962's leaf prefix (section 2.1), so that a block's hash *is* the
/// leaf hash of a Merkle tree over the genome. RFC 6962 uses 0x01 for inner nodes.
pub(crate) const BLOCK_DOMAIN: u8 = 0x00;
/// Domain of a block's salted content.
pub(crate) const CONTENT_DOMAIN: u8 = 0x02;

/// A SHA-256 digest (FIPS 180-4): 32 bytes, shown as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// SHA-256 over a domain byte followed by `parts`, one after the other.
    pub(crate) fn of(domain: u8, parts: &[&[u8]]) -> Self {
        let mut sha = Sha256::new();
        sha.update([domain]);
        for part in parts {
            sha.update(part);
        }
        Self(sha.finalize().into())
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 hexadecimal digits")]
pub struct ParseHashError;

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(ParseHashError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, ParseHashError> {
    (digit as char).to_digit(16).and_then(|value| value.try_into().ok()).ok_or(ParseHashError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_survives_being_written_and_read() {
        let hash = Hash::of(BLOCK_DOMAIN, &[b"abc"]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }

    #[test]
    fn text_that_is_no_hash_is_refused() {
        for text in ["", "00", &"g".repeat(64), &"a".repeat(63), &"ё".repeat(32)] {
            assert_eq!(text.parse::<Hash>(), Err(ParseHashError), "{text}");
        }
    }
}
