//! What a hunt tells.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::compare::Difference;
use crate::outcome::Outcome;

/// How often an operation ran, and how often there was anything to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Seen {
    /// How often it ran.
    pub runs: u64,
    /// How often it gave or changed something.
    pub found: u64,
    /// How often it failed.
    pub failed: u64,
}

/// How often each operation ran.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Verbs(BTreeMap<&'static str, Seen>);

impl Verbs {
    pub(crate) fn count(&mut self, name: &'static str, outcome: &Outcome) {
        let seen = self.0.entry(name).or_default();
        seen.runs += 1;
        seen.found += u64::from(outcome.says_something());
        seen.failed += u64::from(matches!(outcome, Outcome::Failed(_)));
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (name, more) in &other.0 {
            let seen = self.0.entry(name).or_default();
            seen.runs += more.runs;
            seen.found += more.found;
            seen.failed += more.failed;
        }
    }

    /// Each operation's name and counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Seen)> {
        self.0.iter().map(|(name, seen)| (*name, *seen))
    }
}

/// A program that tells tenants apart.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The program's number, counted from 0.
    pub number: u64,
    /// What differs.
    pub difference: Difference,
    /// The smallest program that was found to show it, as steps.
    pub program: String,
    /// How many smaller programs were tried.
    pub attempts: u32,
}

/// What came of a hunt.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The seed: the same programs again.
    pub seed: u64,
    /// Which layers were on.
    pub layer: String,
    /// How many programs ran.
    pub programs: u64,
    /// How many operations of A they had.
    pub operations: u64,
    /// How long it took.
    pub seconds: f64,
    /// How often each operation ran.
    pub verbs: Verbs,
    /// What was found, if anything.
    pub finding: Option<Finding>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, layer, programs, operations, seconds, .. } = self;
        writeln!(
            f,
            "{programs} programs of {operations} operations, layer {layer}, seed {seed}, in {seconds:.1} s"
        )?;
        let Some(Finding { number, difference, program, attempts }) = &self.finding else {
            return f.write_str("no difference");
        };
        writeln!(f, "program {number} shows a difference, at {}:", difference.at)?;
        if let Some(expected) = &difference.expected {
            writeln!(f, "    expected: {expected:?}")?;
        }
        if let Some(observed) = &difference.observed {
            writeln!(f, "    observed: {observed:?}")?;
        }
        write!(f, "the smallest of {attempts} programs that show it:\n{program}")
    }
}
