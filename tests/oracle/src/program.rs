//! [`Program`]: what somebody does, and what others do meanwhile.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;

use crate::at::Who;
use crate::layer::Layer;
use crate::seed::Seed;
use crate::verbs::{self, Verb};

/// What A does, what others do meanwhile, and what they do in the end, which A must not notice.
#[derive(Clone)]
pub(crate) struct Program {
    /// The rows that each tenant begins with.
    pub(crate) seeds: [Seed; 3],
    pub(crate) steps: Vec<Step>,
    /// What others do after all that; A's reads are the same before and afterwards.
    pub(crate) mutations: Vec<(Who, Verb)>,
}

/// A step of a program.
#[derive(Clone)]
pub(crate) enum Step {
    /// A does something.
    Do(Verb),
    /// Somebody else does something, where there is somebody else.
    Meanwhile(Who, Verb),
    /// A does several things together.
    Transaction { steps: Vec<Step>, commit: bool },
    /// Inside of a transaction: what is undone alone.
    Savepoint { steps: Vec<Step>, keep: bool },
    /// Somebody else has a transaction open while A goes on.
    During { who: Who, verbs: Vec<Verb>, steps: Vec<Step>, commit: bool },
}

impl Program {
    /// Random ones, for what the layer leaves to be tested.
    pub(crate) fn any(layer: Layer) -> SBoxedStrategy<Self> {
        let verb = match layer {
            Layer::Both => prop_oneof![8 => verbs::of_the_builder(), 1 => verbs::by_hand()].sboxed(),
            Layer::BuilderAlone => verbs::of_the_builder().prop_map(Verb::under_own_parents).sboxed(),
            Layer::PoliciesAlone => verbs::by_hand(),
        };
        let others = (prop_oneof![Just(Who::B), Just(Who::C)], verb.clone());
        let simple = prop_oneof![
            6 => verb.clone().prop_map(Step::Do),
            3 => others.clone().prop_map(|(who, verb)| Step::Meanwhile(who, verb)),
        ]
        .sboxed();
        let inside = prop_oneof![
            6 => simple.clone(),
            1 => (vec(simple.clone(), 1..=3), any::<bool>())
                .prop_map(|(steps, keep)| Step::Savepoint { steps, keep }),
        ]
        .sboxed();
        let step = prop_oneof![
            12 => simple,
            1 => (vec(inside, 1..=4), prop::bool::weighted(0.7))
                .prop_map(|(steps, commit)| Step::Transaction { steps, commit }),
            1 => (
                prop_oneof![Just(Who::B), Just(Who::C)],
                vec(verb.clone(), 1..=3),
                vec(verb.prop_map(Step::Do), 1..=3),
                any::<bool>(),
            )
                .prop_map(|(who, verbs, steps, commit)| Step::During { who, verbs, steps, commit }),
        ];
        ([Seed::any(), Seed::any(), Seed::any()], vec(step, 4..=12), vec(others, 0..=4))
            .prop_map(|(seeds, steps, mutations)| Self { seeds, steps, mutations })
            .sboxed()
    }

    /// Programs that leave something out, or have something simpler in its place; the boldest come first.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for mutations in fewer(&self.mutations) {
            all.push(Self { mutations, ..self.clone() });
        }
        for steps in fewer_steps(&self.steps) {
            all.push(Self { steps, ..self.clone() });
        }
        for (at, seed) in self.seeds.iter().enumerate() {
            for seed in seed.smaller() {
                let mut program = self.clone();
                program.seeds[at] = seed;
                all.push(program);
            }
        }
        for steps in simpler_steps(&self.steps) {
            all.push(Self { steps, ..self.clone() });
        }
        for (at, (_, verb)) in self.mutations.iter().enumerate() {
            for verb in verb.smaller() {
                let mut program = self.clone();
                program.mutations[at].1 = verb;
                all.push(program);
            }
        }
        all
    }

    /// A's reads.
    pub(crate) fn reads(&self) -> Vec<Verb> {
        let mut reads = Vec::new();
        gather(&self.steps, &mut reads);
        reads
    }
}

/// Without the first half, without the second, without any one.
fn fewer<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    let half = all.len() / 2;
    let mut fewer = Vec::new();
    if half > 1 {
        fewer.extend([all[half..].to_vec(), all[..half].to_vec()]);
    }
    // From the end, on which nothing depends.
    for at in (0..all.len()).rev() {
        let mut without = all.to_vec();
        without.remove(at);
        fewer.push(without);
    }
    fewer
}

/// With one step replaced by each of what `others` says.
fn replaced(steps: &[Step], others: impl Fn(&Step) -> Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        for other in others(step) {
            let mut steps = steps.to_vec();
            steps.splice(at..=at, other);
            all.push(steps);
        }
    }
    all
}

/// Fewer steps, on every level; and the steps of a transaction without the transaction.
fn fewer_steps(steps: &[Step]) -> Vec<Vec<Step>> {
    let mut all = fewer(steps);
    all.extend(replaced(steps, |step| {
        let mut others = Vec::new();
        if let Some(inner) = step.inner() {
            others.push(inner.to_vec());
            others.extend(fewer_steps(inner).into_iter().map(|inner| vec![step.with(inner)]));
        }
        if let Step::During { who, verbs, steps, commit } = step {
            let (who, commit) = (*who, *commit);
            others.extend(
                fewer(verbs)
                    .into_iter()
                    .map(|verbs| vec![Step::During { who, verbs, steps: steps.clone(), commit }]),
            );
        }
        others
    }));
    all
}

/// The same steps with simpler values.
fn simpler_steps(steps: &[Step]) -> Vec<Vec<Step>> {
    replaced(steps, |step| match step {
        Step::Do(verb) => verb.smaller().into_iter().map(|verb| vec![Step::Do(verb)]).collect(),
        Step::Meanwhile(who, verb) => {
            verb.smaller().into_iter().map(|verb| vec![Step::Meanwhile(*who, verb)]).collect()
        }
        step => simpler_steps(step.inner().unwrap_or_default())
            .into_iter()
            .map(|inner| vec![step.with(inner)])
            .collect(),
    })
}

impl Step {
    /// The steps in it.
    pub(crate) fn inner(&self) -> Option<&[Self]> {
        match self {
            Self::Do(_) | Self::Meanwhile(..) => None,
            Self::Transaction { steps, .. } | Self::Savepoint { steps, .. } | Self::During { steps, .. } => {
                Some(steps)
            }
        }
    }

    /// The same around other steps.
    fn with(&self, inner: Vec<Self>) -> Self {
        let mut step = self.clone();
        match &mut step {
            Self::Do(_) | Self::Meanwhile(..) => {}
            Self::Transaction { steps, .. } | Self::Savepoint { steps, .. } | Self::During { steps, .. } => {
                *steps = inner;
            }
        }
        step
    }
}

fn gather(steps: &[Step], reads: &mut Vec<Verb>) {
    for step in steps {
        match step {
            Step::Do(verb) if verb.only_reads() => reads.push(verb.clone()),
            Step::Do(_) | Step::Meanwhile(..) => {}
            Step::Transaction { steps, .. } | Step::Savepoint { steps, .. } | Step::During { steps, .. } => {
                gather(steps, reads);
            }
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (who, seed) in Who::ALL.into_iter().zip(&self.seeds) {
            if !seed.is_empty() {
                writeln!(f, "{who:?} has {seed:?}")?;
            }
        }
        let mut number = 0;
        write_steps(f, &self.steps, 0, &mut number)?;
        if !self.mutations.is_empty() {
            writeln!(f, "then, unnoticed by A:")?;
        }
        for (who, verb) in &self.mutations {
            writeln!(f, "    {who:?}: {verb:?}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_steps(f, std::slice::from_ref(self), 0, &mut 0)
    }
}

fn write_steps(f: &mut fmt::Formatter<'_>, steps: &[Step], depth: usize, number: &mut usize) -> fmt::Result {
    let margin = "    ".repeat(depth);
    for step in steps {
        match step {
            Step::Do(verb) => {
                writeln!(f, "{margin}{number}. A: {verb:?}")?;
                *number += 1;
            }
            Step::Meanwhile(who, verb) => writeln!(f, "{margin}   {who:?}: {verb:?}")?,
            Step::Transaction { steps, commit } => {
                writeln!(f, "{margin}{number}. A: transaction {{")?;
                *number += 1;
                write_steps(f, steps, depth + 1, number)?;
                writeln!(f, "{margin}   }} {}", if *commit { "commit" } else { "rollback" })?;
            }
            Step::Savepoint { steps, keep } => {
                writeln!(f, "{margin}{number}. A: savepoint {{")?;
                *number += 1;
                write_steps(f, steps, depth + 1, number)?;
                writeln!(f, "{margin}   }} {}", if *keep { "release" } else { "rollback" })?;
            }
            Step::During { who, verbs, steps, commit } => {
                for verb in verbs {
                    writeln!(f, "{margin}   {who:?}: in an open transaction: {verb:?}")?;
                }
                write_steps(f, steps, depth, number)?;
                writeln!(f, "{margin}   {who:?}: {}", if *commit { "commit" } else { "rollback" })?;
            }
        }
    }
    Ok(())
}
