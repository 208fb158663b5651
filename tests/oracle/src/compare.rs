//! Whether A can tell.

use serde::Serialize;

use crate::outcome::Outcome;
use crate::play::{Log, lock, mutate, play, read};
use crate::program::Program;
use crate::report::Verbs;
use crate::world::{Pair, Trouble};

/// What A observes among others, and would not observe alone.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Where.
    pub at: String,
    /// What A would observe alone; or before others changed something of theirs.
    pub expected: Option<Outcome>,
    /// What A observes.
    pub observed: Option<Outcome>,
}

/// Runs a program in both databases, and looks for a difference. Counts what A did.
pub(crate) async fn compare(
    pair: &Pair,
    program: &Program,
    verbs: &mut Verbs,
) -> Result<Option<Difference>, Trouble> {
    pair.begin(program).await?;
    let (alone, shared) = (Log::default(), Log::default());
    tokio::join!(play(&pair.alone, &program.steps, &alone), play(&pair.shared, &program.steps, &shared));
    verbs.add(&lock(&shared.verbs));
    if let Some(error) = lock(&shared.foreign).take() {
        let observed = Some(Outcome::Failed(error));
        return Ok(Some(Difference {
            at: "an operation of somebody else".to_owned(),
            expected: None,
            observed,
        }));
    }
    let (expected, observed) = (alone.outcomes(), shared.outcomes());
    if let Some(difference) = first_difference("operation", &expected, &observed) {
        return Ok(Some(difference));
    }
    let (expected, observed) = tokio::try_join!(pair.alone.truth(), pair.shared.truth())?;
    if let Some(difference) = rows_differ("A's rows in the end", &expected, observed.clone()) {
        return Ok(Some(difference));
    }
    if program.mutations.is_empty() {
        return Ok(None);
    }
    let reads = program.reads();
    let before = read(&pair.shared, &reads).await;
    let others = Log::default();
    mutate(&pair.shared, &program.mutations, &others).await;
    if let Some(error) = lock(&others.foreign).take() {
        let observed = Some(Outcome::Failed(error));
        return Ok(Some(Difference { at: "a change by somebody else".to_owned(), expected: None, observed }));
    }
    let after = read(&pair.shared, &reads).await;
    if let Some(difference) = first_difference("after changes by others, read", &before, &after) {
        return Ok(Some(difference));
    }
    let truth = pair.shared.truth().await?;
    Ok(rows_differ("A's rows after changes by others", &observed, truth))
}

/// The first one, if there is any. A row that was withheld is always one (I6).
fn first_difference(what: &str, expected: &[Outcome], observed: &[Outcome]) -> Option<Difference> {
    (0..expected.len().max(observed.len())).find_map(|number| {
        let (expected, observed) = (expected.get(number), observed.get(number));
        let is_foreign = observed.is_some_and(Outcome::is_foreign);
        (expected != observed || is_foreign).then(|| Difference {
            at: format!("{what} {number}"),
            expected: expected.cloned(),
            observed: observed.cloned(),
        })
    })
}

fn rows_differ(at: &str, expected: &[String], observed: Vec<String>) -> Option<Difference> {
    (expected != observed.as_slice()).then(|| Difference {
        at: at.to_owned(),
        expected: Some(Outcome::Rows(expected.to_vec())),
        observed: Some(Outcome::Rows(observed)),
    })
}
