//! [`Report`]: what the checks found, for people.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing leaks.
    Warning,
    /// Isolation is not what the models promise. The program refuses to start.
    Error,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// A code that stays the same from release to release, such as `TD102`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a role, a table, a policy.
    pub object: String,
    /// What is wrong, and what it means for isolation.
    pub problem: String,
    /// The SQL, or the act, that mends it.
    pub remedy: String,
}

/// Everything that the checks found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// The findings, worst first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} findings", self.findings.len())
    }
}
