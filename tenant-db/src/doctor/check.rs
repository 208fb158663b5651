//! [`Check`]: what every check needs, and where findings go.

use super::login::{self, Misdirection};
use super::report::{Finding, Severity};
use super::snapshot::Snapshot;
use crate::database::{DatabaseConfig, quote_ident};
use crate::meta::ModelMeta;

pub(super) struct Check<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) config: &'a DatabaseConfig,
    pub(super) models: &'a [&'a ModelMeta],
    /// The role that logged in, quoted.
    pub(super) runtime: String,
    /// Why the role that logged in should not have. What that role may do is then not worth a finding, and no remedy
    /// may touch it: it is an administrator's.
    pub(super) misdirection: Option<Misdirection>,
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        config: &'a DatabaseConfig,
        models: &'a [&'a ModelMeta],
    ) -> Self {
        Self {
            snapshot,
            config,
            models,
            runtime: quote_ident(&snapshot.session_user),
            misdirection: login::misdirection(snapshot, config),
            findings: Vec::new(),
        }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        object: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Severity::Error, code, object.into(), problem.into(), remedy.into());
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        object: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Severity::Warning, code, object.into(), problem.into(), remedy.into());
    }

    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        object: String,
        problem: String,
        remedy: String,
    ) {
        let finding = Finding { code, severity, object, problem, remedy };
        // Two models of one table find the same things.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Whether the role has the rights of a superuser or of a table's owner. That is one finding, and everything that
    /// follows from it is not worth another.
    pub(super) fn is_elevated(&self) -> bool {
        self.misdirection.is_some()
            || self.snapshot.roles.iter().any(|role| role.superuser)
            || self.snapshot.tables.iter().any(|table| table.owner_reachable)
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}
