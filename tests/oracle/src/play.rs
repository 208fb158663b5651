//! Running a program in one of the two databases.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tenant_db::Error;
use tenant_db::prelude::*;
use uuid::Uuid;

use crate::at::{At, Place, Who};
use crate::outcome::Outcome;
use crate::program::Step;
use crate::report::Verbs;
use crate::verbs::Verb;
use crate::world::Side;

/// What was observed.
#[derive(Default)]
pub(crate) struct Log {
    /// By A, in the order in which it happened.
    outcomes: Mutex<Vec<Outcome>>,
    /// By somebody else: a row that was not theirs.
    pub(crate) foreign: Mutex<Option<String>>,
    pub(crate) verbs: Mutex<Verbs>,
}

impl Log {
    fn add(&self, outcome: Outcome) {
        lock(&self.outcomes).push(outcome);
    }

    pub(crate) fn outcomes(self) -> Vec<Outcome> {
        self.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the steps.
pub(crate) async fn play(side: &Side, steps: &[Step], log: &Log) {
    for step in steps {
        match step {
            Step::Do(verb) => act(verb, side.at(Who::A), log).await,
            Step::Meanwhile(who, verb) => meanwhile(side, *who, verb, log).await,
            Step::Transaction { steps, commit } => match side.transaction(Who::A).await {
                Err(error) => log.add(Outcome::failed(&error)),
                Ok(mut tx) => {
                    inside(side, &mut tx, steps, log).await;
                    if *commit {
                        log.add(ended(tx.commit().await));
                    } else {
                        tx.rollback().await;
                    }
                }
            },
            // Outside of a transaction there are none.
            Step::Savepoint { .. } => {}
            Step::During { who, verbs, steps, commit } => {
                let other = if side.others { side.transaction(*who).await.ok() } else { None };
                if let Some(other) = &other {
                    for verb in verbs {
                        observe_other(&verb.make(At { who: *who, place: Place::Inside(other) }).await, log);
                    }
                }
                Box::pin(play(side, steps, log)).await;
                match other {
                    Some(other) if *commit => observe_other(&ended(other.commit().await), log),
                    Some(other) => other.rollback().await,
                    None => {}
                }
            }
        }
    }
}

/// A savepoint that is undone.
enum Undone {
    OnPurpose,
    By(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::By(error)
    }
}

fn inside<'a>(
    side: &'a Side,
    tx: &'a mut Transaction<AnyRole, Uuid>,
    steps: &'a [Step],
    log: &'a Log,
) -> BoxFuture<'a, ()> {
    Box::pin(async move {
        for step in steps {
            match step {
                Step::Do(verb) => act(verb, At { who: Who::A, place: Place::Inside(tx) }, log).await,
                Step::Meanwhile(who, verb) => meanwhile(side, *who, verb, log).await,
                Step::Savepoint { steps, keep } => {
                    let done = tx
                        .try_savepoint(async |tx| {
                            inside(side, tx, steps, log).await;
                            if *keep { Ok(()) } else { Err(Undone::OnPurpose) }
                        })
                        .await;
                    log.add(match done {
                        Ok(()) => ended(Ok(())),
                        Err(Undone::OnPurpose) => Outcome::Value("undone".to_owned()),
                        Err(Undone::By(error)) => ended(Err(error)),
                    });
                }
                // Not within transactions.
                Step::Transaction { .. } | Step::During { .. } => {}
            }
        }
    })
}

async fn act(verb: &Verb, at: At<'_>, log: &Log) {
    let outcome = verb.make(at).await;
    lock(&log.verbs).count(verb.name(), &outcome);
    log.add(outcome);
}

async fn meanwhile(side: &Side, who: Who, verb: &Verb, log: &Log) {
    if side.others {
        observe_other(&verb.make(side.at(who)).await, log);
    }
}

fn observe_other(outcome: &Outcome, log: &Log) {
    if outcome.is_foreign() {
        lock(&log.foreign).get_or_insert(format!("{outcome:?}"));
    }
}

fn ended(outcome: tenant_db::Result<()>) -> Outcome {
    match outcome {
        Ok(()) => Outcome::Value("()".to_owned()),
        Err(error) => Outcome::failed(&error),
    }
}

/// What A sees when it reads all of that again.
pub(crate) async fn read(side: &Side, verbs: &[Verb]) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(verbs.len());
    for verb in verbs {
        outcomes.push(verb.make(side.at(Who::A)).await);
    }
    outcomes
}

/// What others do in the end.
pub(crate) async fn mutate(side: &Side, mutations: &[(Who, Verb)], log: &Log) {
    for (who, verb) in mutations {
        meanwhile(side, *who, verb, log).await;
    }
}
