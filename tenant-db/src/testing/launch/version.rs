//! A server's version.

use std::fmt;

/// A PostgreSQL version: `15.18`, or `19` for a release that has no minor number yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerVersion {
    major: u32,
    minor: u32,
}

impl ServerVersion {
    /// The oldest release that the launcher can work with: it introduced `DROP DATABASE … WITH (FORCE)`.
    pub(crate) const OLDEST: Self = Self { major: 13, minor: 0 };

    /// The number before the dot.
    #[must_use]
    pub fn major(self) -> u32 {
        self.major
    }

    /// The number after the dot; zero for a release that has none.
    #[must_use]
    pub fn minor(self) -> u32 {
        self.minor
    }

    /// Reads what `postgres --version` and `SHOW server_version` print; packagers add words before and after.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut parts = number.split(|c: char| !c.is_ascii_digit());
        let major = parts.next()?.parse().ok()?;
        // In `19beta1` the number after the word counts betas, not minor releases.
        let has_minor = number.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('.');
        let minor = if has_minor { parts.next().and_then(|part| part.parse().ok()).unwrap_or(0) } else { 0 };
        Some(Self { major, minor })
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minor == 0 { write!(f, "{}", self.major) } else { write!(f, "{}.{}", self.major, self.minor) }
    }
}

#[cfg(test)]
mod tests {
    use super::ServerVersion;

    #[test]
    fn versions_are_read_from_what_packagers_print() {
        let read = |text| ServerVersion::parse(text).map(|version| version.to_string());
        assert_eq!(read("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").as_deref(), Some("15.18"));
        assert_eq!(read("postgres (PostgreSQL) 19beta2").as_deref(), Some("19"));
        assert_eq!(read("18.1").as_deref(), Some("18.1"));
        assert_eq!(read("postgres: command not found"), None);
    }

    #[test]
    fn newer_versions_compare_greater() {
        assert!(ServerVersion::parse("9.6") < ServerVersion::parse("10"));
        assert!(ServerVersion::parse("15.9") < ServerVersion::parse("15.18"));
    }
}
