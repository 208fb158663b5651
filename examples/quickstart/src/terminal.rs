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

/// An attempt to cross over, what stopped it, and what the attacker got to see.
pub(crate) fn stopped(attempt: &str, code: &str, layer: &str, answer: impl Display) {
    println!("   {} {}", paint("31", "✗"), paint("1", attempt));
    println!("     tries       {code}");
    println!("     gets        {}", paint("31", answer));
    println!("     stopped by  {layer}");
}

/// The end of the story.
pub(crate) fn conclusion(text: &str) {
    println!("\n{}\n", paint("1;32", text));
}
