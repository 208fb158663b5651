//! Answers, for people or for programs.

use std::fmt::Display;

use serde_json::{Value, json};
use tenant_db::doctor::Report;

use crate::adoption::{Status, report_to_json};
use crate::error::Error;
use crate::models::{Payment, Tcp};

/// Where answers go: standard output, as text or as one JSON document a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// For programs where `json`.
    #[must_use]
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(super) fn is_json(self) -> bool {
        self.json
    }

    fn answer(self, json: impl FnOnce() -> Value, text: impl FnOnce()) {
        if self.json { println!("{}", json()) } else { text() }
    }

    /// A part of a story.
    pub(crate) fn chapter(self, title: &str) {
        self.answer(
            || json!({ "chapter": title }),
            || println!("\n{title}\n{}", "─".repeat(title.chars().count())),
        );
    }

    /// Something that was done, and what came of it.
    pub(crate) fn step(self, action: &str, outcome: impl Display) {
        self.answer(
            || json!({ "step": action, "outcome": outcome.to_string() }),
            || println!("   {action:<52} {outcome}"),
        );
    }

    pub(crate) fn status(self, status: &Status) {
        self.answer(
            || status.to_json(),
            || {
                for table in &status.tables {
                    let state = if table.adopted { "adopted" } else { "as it was" };
                    println!("   {:<18} {state:<10} {}", table.table, table.checksum);
                    if let Some(obstacle) = &table.obstacle {
                        println!("      cannot be adopted: {obstacle}");
                    }
                }
            },
        );
    }

    pub(super) fn report(self, report: &Report) {
        self.answer(|| report_to_json(report), || println!("{report}"));
    }

    pub(super) fn migrations(self, what: &str, names: &[String]) {
        self.answer(
            || json!({ what: names }),
            || match names {
                [] => println!("   {what} nothing: it was done before"),
                names => names.iter().for_each(|name| println!("   {what} {name}")),
            },
        );
    }

    pub(super) fn agreements(self, agreements: &[Tcp]) {
        for Tcp { tcp_id, title, amount_cents, status } in agreements {
            self.answer(
                || json!({ "tcpId": tcp_id, "title": title, "amountCents": amount_cents, "status": status }),
                || println!("   {tcp_id:>8}  {title:<32} {amount_cents:>12}  {status}"),
            );
        }
    }

    pub(super) fn payment(self, payment: &Payment) {
        let Payment { payment_id, tcp_id, reference, paid_cents, .. } = payment;
        self.answer(
            || json!({ "paymentId": payment_id, "tcpId": tcp_id, "reference": reference, "paidCents": paid_cents }),
            || println!("   {payment_id:>8}  {reference:<32} {paid_cents:>12}  for {tcp_id}"),
        );
    }

    pub(super) fn error(self, error: &Error) {
        self.answer(|| json!({ "error": error.to_string() }), || eprintln!("error: {error}"));
    }
}
