//! How many tests ran, as the test runners themselves report it.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use crate::phase::Failure;

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) ignored: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }

    /// Reads a closing line of cargo's runner or of nextest; all others count nothing.
    fn of(line: &str) -> Self {
        let line = without_colours(line);
        let counts = match line.trim_start().strip_prefix("Summary") {
            Some(rest) => rest.split_once("run:").map_or("", |(_, counts)| counts),
            None => line.strip_prefix("test result:").unwrap_or_default(),
        };
        let mut tally = Self::default();
        for part in counts.split([',', ';', '.']) {
            let mut words = part.split_whitespace();
            let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else { continue };
            match words.next() {
                Some("passed") => tally.passed += number,
                Some("failed" | "timed") => tally.failed += number,
                Some("ignored" | "skipped") => tally.ignored += number,
                _ => {}
            }
        }
        tally
    }
}

/// Runs `command`, passes its output on and counts; with the exit code, or 1 if a signal ended it.
pub(crate) fn run(command: &mut Command) -> Result<(u8, Tally), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    if io::stderr().is_terminal() {
        // Behind our pipe it would take itself for unwatched.
        command.env("CARGO_TERM_COLOR", "always");
    }
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let failed = |source| Failure::Spawn { program: program.clone(), source };
    let mut child = spawned.map_err(failed)?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let tally = thread::scope(|scope| {
        let readers = [
            scope.spawn(move || pass_on(output, io::stdout())),
            scope.spawn(move || pass_on(errors, io::stderr())),
        ];
        let mut tally = Tally::default();
        readers.into_iter().filter_map(|reader| reader.join().ok()).for_each(|part| tally.add(part));
        tally
    });
    let status = child.wait().map_err(failed)?;
    Ok((status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1)), tally))
}

fn pass_on(from: Option<impl Read>, mut to: impl Write) -> Tally {
    let mut tally = Tally::default();
    let Some(from) = from else { return tally };
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // A reader that has gone does not stop the tests.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        tally.add(Tally::of(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    tally
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn the_closing_lines_of_both_runners_are_understood() {
        let cargo = "test result: FAILED. 14 passed; 3 failed; 2 ignored; 0 measured; 5 filtered out; finished in 3.78s";
        assert_eq!(Tally::of(cargo), Tally { passed: 14, failed: 3, ignored: 2 });
        let nextest = "     Summary [   6.194s] 72 tests run: 69 passed (1 slow), 3 failed, 4 skipped";
        assert_eq!(Tally::of(nextest), Tally { passed: 69, failed: 3, ignored: 4 });
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [ 6.1s] \u{1b}[1m69\u{1b}[0m tests run: \u{1b}[1m69\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped";
        assert_eq!(Tally::of(coloured), Tally { passed: 69, failed: 0, ignored: 0 });
    }

    #[test]
    fn what_tests_print_counts_nothing() {
        assert_eq!(Tally::of("the summary: 3 passed, 4 failed"), Tally::default());
        assert_eq!(Tally::of(""), Tally::default());
    }
}
