//! Looking for a program that tells tenants apart.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use proptest::strategy::{Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::compare::compare;
use crate::layer::{Layer, Mistake};
use crate::program::Program;
use crate::report::{Finding, Report, Verbs};
use crate::shrink::shrink;
use crate::world::{Pair, Trouble};

/// How many programs a pair of databases runs before it is connected to anew.
const PROGRAMS_A_CONNECTION: u64 = 150;

/// What to look for, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Hunt {
    /// How many programs.
    programs: u64,
    /// Where they come from.
    seed: u64,
    /// Which layers are on.
    layer: Layer,
    /// How many pairs of databases there are.
    lanes: usize,
    /// What is wrong with the database, if anything.
    mistake: Option<Mistake>,
    /// The first program.
    first: u64,
}

impl Hunt {
    /// A hunt through `programs` programs, which follow from `seed`.
    #[must_use]
    pub fn new(programs: u64, seed: u64) -> Self {
        Self { programs, seed, layer: Layer::Both, lanes: 2, mistake: None, first: 0 }
    }

    /// Which layers are on.
    #[must_use]
    pub fn layer(self, layer: Layer) -> Self {
        Self { layer, ..self }
    }

    /// How many programs run at a time, each in databases of its own.
    #[must_use]
    pub fn lanes(self, lanes: usize) -> Self {
        Self { lanes: lanes.max(1), ..self }
    }

    /// Breaks the database first.
    #[must_use]
    pub fn mistake(self, mistake: Mistake) -> Self {
        Self { mistake: Some(mistake), ..self }
    }

    /// The number of the first program: to see one again.
    #[must_use]
    pub fn starting_at(self, first: u64) -> Self {
        Self { first, ..self }
    }

    /// Runs the programs until one of them shows a difference.
    ///
    /// # Errors
    ///
    /// Whatever keeps programs from being run.
    pub fn run(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<Report, Trouble> {
        let begin = Instant::now();
        let state = State::default();
        let lanes: Vec<Result<(), Trouble>> = std::thread::scope(|scope| {
            let lanes: Vec<_> =
                (0..self.lanes).map(|_| scope.spawn(|| self.lane(&state, progress))).collect();
            lanes
                .into_iter()
                .map(|lane| lane.join().unwrap_or_else(|_| Err("a lane panicked".into())))
                .collect()
        });
        lanes.into_iter().collect::<Result<(), Trouble>>()?;
        let verbs = state.verbs.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Report {
            seed: self.seed,
            layer: format!("{:?}", self.layer),
            programs: state.done.into_inner(),
            operations: verbs.iter().map(|(_, seen)| seen.runs).sum(),
            seconds: begin.elapsed().as_secs_f64(),
            verbs,
            finding: state.finding.into_inner().unwrap_or_else(PoisonError::into_inner),
        })
    }

    /// Programs one after the other, in databases of the lane's own.
    fn lane(&self, state: &State, progress: &(dyn Fn(u64) + Sync)) -> Result<(), Trouble> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let outcome = self.programs_of_a_lane(&runtime, state, progress);
        if outcome.is_err() {
            state.stop.store(true, Ordering::Relaxed);
        }
        outcome
    }

    fn programs_of_a_lane(
        &self,
        runtime: &tokio::runtime::Runtime,
        state: &State,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Trouble> {
        let mut pair = runtime.block_on(Pair::new(self.layer, self.mistake))?;
        let programs = Program::any(self.layer);
        let mut verbs = Verbs::default();
        let mut since_connected = 0;
        while !state.stop.load(Ordering::Relaxed) {
            let number = state.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.programs {
                break;
            }
            let number = self.first + number;
            since_connected += 1;
            if since_connected > PROGRAMS_A_CONNECTION {
                since_connected = 0;
                runtime.block_on(pair.refresh())?;
            }
            let tree = programs.new_tree(&mut self.runner(number)).map_err(|reason| reason.to_string())?;
            let program = tree.current();
            let found = runtime.block_on(compare(&pair, &program, &mut verbs))?;
            progress(state.done.fetch_add(1, Ordering::Relaxed) + 1);
            let Some(difference) = found else { continue };
            if state.stop.swap(true, Ordering::Relaxed) {
                break;
            }
            let (program, difference, attempts) = shrink(program, difference, |program| {
                runtime.block_on(compare(&pair, program, &mut Verbs::default()))
            })?;
            let finding = Finding { number, difference, program: format!("{program:?}"), attempts };
            *state.finding.lock().unwrap_or_else(PoisonError::into_inner) = Some(finding);
        }
        state.verbs.lock().unwrap_or_else(PoisonError::into_inner).add(&verbs);
        Ok(())
    }

    /// The randomness of one program, which depends on no other.
    fn runner(&self, number: u64) -> TestRunner {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&number.to_le_bytes());
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }
}

#[derive(Default)]
struct State {
    next: AtomicU64,
    done: AtomicU64,
    stop: AtomicBool,
    verbs: Mutex<Verbs>,
    finding: Mutex<Option<Finding>>,
}
