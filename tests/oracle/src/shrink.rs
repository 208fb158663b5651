//! Making a program that shows a difference as small as it can be.

use crate::program::Program;

/// How many smaller programs are tried at most.
const MAX_ATTEMPTS: u32 = 2_000;

/// The smallest program that still shows a difference, as far as leaving out steps and making values simpler leads.
pub(crate) fn shrink<D, E>(
    mut smallest: Program,
    mut difference: D,
    mut shows: impl FnMut(&Program) -> Result<Option<D>, E>,
) -> Result<(Program, D, u32), E> {
    let mut attempts = 0;
    'smaller: loop {
        for program in smallest.smaller() {
            if attempts == MAX_ATTEMPTS {
                break 'smaller;
            }
            attempts += 1;
            if let Some(still) = shows(&program)? {
                (smallest, difference) = (program, still);
                continue 'smaller;
            }
        }
        break;
    }
    Ok((smallest, difference, attempts))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
mod tests {
    use std::convert::Infallible;

    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    use super::shrink;
    use crate::at::Who;
    use crate::layer::Layer;
    use crate::program::{Program, Step};

    /// An executor that leaks: what B inserts, A sees in the next thing that it loads, in a transaction or not.
    fn leaks(program: &Program) -> bool {
        fn look(steps: &[Step], inserted: &mut bool) -> bool {
            steps.iter().any(|step| match step {
                Step::Meanwhile(Who::B, verb) => {
                    *inserted |= verb.name() == "InsertCustomer";
                    false
                }
                Step::Do(verb) => *inserted && verb.name() == "load",
                step => look(step.inner().unwrap_or_default(), inserted),
            })
        }
        look(&program.steps, &mut false)
    }

    #[test]
    fn what_is_left_of_a_program_is_what_shows_the_difference() {
        let programs = Program::any(Layer::BuilderAlone);
        let mut runner = TestRunner::deterministic();
        let mut shrunk = 0;
        while shrunk < 6 {
            let program = programs.new_tree(&mut runner).unwrap().current();
            if !leaks(&program) {
                continue;
            }
            let look = |program: &Program| Ok::<_, Infallible>(leaks(program).then_some(()));
            let Ok((smallest, (), attempts)) = shrink(program.clone(), (), look);
            let text = format!("{smallest:?}");
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(
                text.starts_with("   B: value(at.scoped::<Customer>().insert(ACustomer { id: key(1)"),
                "{text}"
            );
            assert!(text.contains("0. A: scoped::<") && text.ends_with(".filter(ALL).load()\n"), "{text}");
            assert!(attempts < 200, "{attempts} attempts for {program:?}");
            shrunk += 1;
        }
    }
}
