//! How the story is told: headings, steps, and what became of an attempt.

use std::fmt::Display;
use std::io::IsTerminal;
use std::sync::LazyLock;

static COLOURS: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal());

fn paint(code: &str, text: impl Display) -> String {
    if *COLOURS { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

/// The title, once.
pub(crate) fn title(text: &str) {
    println!("\n{}\n{}", paint("1", text), "─".repeat(text.chars().count()));
}

/// A part of the story.
pub(crate) fn chapter(number: u32, text: &str) {
    println!("\n{}", paint("1", format!("{number}. {text}")));
}

/// Something that went as it should, and what came of it.
pub(crate) fn step(action: &str, outcome: impl Display) {
    println!("   {} {action:<44} {outcome}", paint("32", "✓"));
}

/// A remark under a step.
pub(crate) fn remark(text: impl Display) {
    println!("     {}", paint("2", text));
}

/// An attempt to cross over: what was tried, what came of it, and what is in the way.
pub(crate) fn attempt(name: &str, code: &str, outcome: &Outcome, layer: &str) {
    let (mark, answer) = match outcome {
        Outcome::Refused(message) | Outcome::Nothing(message) => (paint("32", "■ stopped"), message),
        Outcome::Leak(message) => (paint("1;31", "! LEAK"), message),
    };
    println!("   {mark}  {}", paint("1", name));
    println!("     tries  {code}");
    println!("     gets   {}", paint("33", answer));
    println!("     {}", paint("2", format!("by     {layer}")));
}

/// What an attacker got.
pub(crate) enum Outcome {
    /// An error.
    Refused(String),
    /// An answer in which there was nothing of the other tenant.
    Nothing(String),
    /// Something of the other tenant.
    Leak(String),
}

impl Outcome {
    /// From an answer, and the number of foreign rows in it.
    pub(crate) fn of<T>(
        answer: tenant_db::Result<T>,
        foreign: impl FnOnce(&T) -> usize,
        text: impl FnOnce(&T) -> String,
    ) -> Self {
        match answer {
            Err(error) => Self::Refused(format!("error: {error}")),
            Ok(value) if foreign(&value) == 0 => Self::Nothing(text(&value)),
            Ok(value) => Self::Leak(text(&value)),
        }
    }

    pub(crate) fn is_leak(&self) -> bool {
        matches!(self, Self::Leak(_))
    }
}

/// The end of the story.
pub(crate) fn conclusion(text: &str) {
    println!("\n{}\n", paint("1;32", text));
}
