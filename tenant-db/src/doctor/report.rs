//! [`Report`]: what the checks found, for people.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing leaks by it alone.
    Warning,
    /// Isolation is not what the models promise, or nothing would work. The program refuses to start.
    Error,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// A code that stays the same from release to release, such as `TD206`. The [module](super) lists them.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a role, a table, a policy.
    pub object: String,
    /// What is wrong, and what it means for isolation.
    pub problem: String,
    /// The SQL that mends it, each statement with its semicolon; or the act, in words.
    pub remedy: String,
}

/// Everything that the checks found.
///
/// `Display` is laid out for a terminal, and is the message of
/// [`Error::Misconfigured`](crate::Error::Misconfigured). `Debug` is the same text: it is what a program prints whose
/// `main` returns the error.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|one, other| {
            other.severity.cmp(&one.severity).then_with(|| one.order().cmp(&other.order()))
        });
        Self { findings }
    }

    /// The findings, worst first; and those that others rest on before the others, so that their remedies can be run in
    /// this order.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether the program may start: there is no finding of [`Severity::Error`].
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The findings that keep the program from starting.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// The findings that do not.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Warning)
    }

    fn summary(&self) -> String {
        let (errors, warnings) = (self.errors().count(), self.warnings().count());
        match (errors, warnings) {
            (0, 0) => "the database isolates tenants as the models say".to_owned(),
            (0, _) => format!(
                "the database isolates tenants as the models say, with {}",
                count(warnings, "warning")
            ),
            (_, 0) => {
                format!("the database does not isolate tenants as the models say: {}", count(errors, "error"))
            }
            _ => format!(
                "the database does not isolate tenants as the models say: {} and {}",
                count(errors, "error"),
                count(warnings, "warning")
            ),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary())?;
        for (at, finding) in self.findings.iter().enumerate() {
            let number = format!("{}.", at + 1);
            write!(f, "\n\n{number:>4} {finding}")?;
        }
        if self.findings.is_empty() {
            return Ok(());
        }
        let act = if self.is_ok() { "warnings" } else { "errors" };
        let is_sql = |finding: &Finding| finding.remedy.lines().any(|line| !line.starts_with("--"));
        let how = if self.findings.iter().any(is_sql) {
            "Run the statements above as a superuser or as the role that runs migrations, keep them in a migration, and \
             start again."
        } else {
            "Do what is said above, and start again."
        };
        write!(f, "\n\n{how}\nThe {act} stay until the database is what the models say.")
    }
}

impl Finding {
    /// Policies and triggers call functions, so functions come before tables and policies.
    fn order(&self) -> (u8, &'static str, &str) {
        let stage = match self.code.as_bytes().get(2) {
            Some(b'1') => 0,
            Some(b'4') => 1,
            _ => 2,
        };
        (stage, self.code, &self.object)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const INDENT: &str = "     ";
        write!(f, "{} {}: {}", self.severity, self.code, self.object)?;
        for line in wrap(&self.problem, 90) {
            write!(f, "\n{INDENT}{line}")?;
        }
        write!(f, "\n{INDENT}To mend it:")?;
        for line in self.remedy.lines() {
            write!(f, "\n{INDENT}    {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &'static str, severity: Severity) -> Finding {
        Finding {
            code,
            severity,
            object: "table public.customers".to_owned(),
            problem: "Row-level security is off, so policies are not applied and every tenant sees the rows of all \
                      the others."
                .to_owned(),
            remedy: "ALTER TABLE \"public\".\"customers\" ENABLE ROW LEVEL SECURITY;".to_owned(),
        }
    }

    #[test]
    fn a_report_is_laid_out_for_a_terminal() {
        let report =
            Report::new(vec![finding("TD107", Severity::Warning), finding("TD206", Severity::Error)]);
        let text = report.to_string();
        assert!(!report.is_ok());
        assert_eq!(report.findings()[0].code, "TD206");
        assert!(text.starts_with(
            "the database does not isolate tenants as the models say: 1 error and 1 warning\n\n"
        ));
        assert!(text.contains("  1. error TD206: table public.customers\n     Row-level security is off"));
        assert!(text.contains("\n         ALTER TABLE"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
    }

    #[test]
    fn a_main_that_returns_the_error_prints_the_report_as_it_is_laid_out() {
        let report = Report::new(vec![finding("TD206", Severity::Error)]);
        let printed = format!("{:?}", crate::Error::Misconfigured(Box::new(report.clone())));
        assert!(printed.contains(&report.to_string()), "{printed}");
    }

    #[test]
    fn warnings_alone_let_the_program_start() {
        assert!(Report::new(vec![finding("TD107", Severity::Warning)]).is_ok());
        assert_eq!(Report::default().to_string(), "the database isolates tenants as the models say");
    }
}
