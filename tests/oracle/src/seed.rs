//! The rows that a tenant begins with.

use std::fmt::{self, Write as _};

use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;

use crate::at::Who;
use crate::values::NAMES;

/// Which rows a tenant has, a bit for each; one whose parent is missing is missing too.
///
/// Keys, names and numbers are the same for every tenant, amounts are larger by hundreds: whatever leaks is either too
/// many rows or too large a sum.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed {
    customers: u8,
    invoices: u8,
    documents: u8,
    accounts: u8,
    credentials: u8,
    challenges: u8,
}

impl Seed {
    pub(crate) fn any() -> SBoxedStrategy<Self> {
        // All four, or any.
        let bits = || prop_oneof![2 => any::<u8>().prop_map(|bits| bits & 15), 1 => Just(15_u8)];
        (bits(), bits(), bits(), bits(), bits(), bits())
            .prop_map(|(customers, invoices, documents, accounts, credentials, challenges)| {
                Self { customers, invoices, documents, accounts, credentials, challenges }.with_parents()
            })
            .sboxed()
    }

    /// None, or without one of the rows; of which others are the children, those stay away as well.
    pub(crate) fn smaller(self) -> Vec<Self> {
        let none =
            Self { customers: 0, invoices: 0, documents: 0, accounts: 0, credentials: 0, challenges: 0 };
        if self.is_empty() {
            return Vec::new();
        }
        let mut all = vec![
            none,
            Self { accounts: 0, credentials: 0, challenges: 0, ..self },
            Self { customers: 0, invoices: 0, documents: 0, ..self },
        ];
        for bit in (0..4).map(|at| 1 << at) {
            all.extend([
                Self { challenges: self.challenges & !bit, ..self },
                Self { credentials: self.credentials & !bit, ..self },
                Self { accounts: self.accounts & !bit, ..self },
                Self { documents: self.documents & !bit, ..self },
                Self { invoices: self.invoices & !bit, ..self },
                Self { customers: self.customers & !bit, ..self },
            ]);
        }
        all.into_iter().map(Self::with_parents).filter(|seed| *seed != self).collect()
    }

    /// Without the rows whose parents are missing.
    fn with_parents(mut self) -> Self {
        self.invoices &= parents(self.customers);
        self.credentials &= parents(self.accounts);
        self.challenges &= parents(self.credentials);
        self
    }

    pub(crate) fn is_empty(self) -> bool {
        (self.customers | self.documents | self.accounts) == 0
    }

    /// The rows, as statements.
    pub(crate) fn sql(self, who: Who) -> String {
        let mut sql = String::new();
        let (tenant, extra) = (who.tenant(), i32::from(who.number()) * 100);
        let mut insert = |table: &str, bits: u8, row: &dyn Fn(u8) -> String| {
            let rows: Vec<String> = rows(bits).map(|number| format!("({})", row(number))).collect();
            if !rows.is_empty() {
                let _ = write!(sql, "INSERT INTO {table} VALUES {} ON CONFLICT DO NOTHING;", rows.join(", "));
            }
        };
        let key = |number: u8| format!("'{}'", uuid::Uuid::from_u128(number.into()));
        let key_if = |bits: u8, number: u8| {
            if number > 0 && bits & (1 << (number - 1)) != 0 { key(number) } else { "NULL".to_owned() }
        };
        let own = |number: u8| format!("'{}'", who.key(number));
        let name = |number: u8| NAMES[usize::from(number - 1)];
        insert("customers", self.customers, &|number| {
            let note = if number % 2 == 1 { "'n'" } else { "NULL" };
            format!(
                "'{tenant}', {}, '{}', {}, {note}",
                key(number),
                name(number),
                i32::from(number) * 10 + extra
            )
        });
        insert("invoices", self.invoices, &|number| {
            let before = key_if(self.invoices, number - 1);
            let amount = i32::from(number) * 3 + extra;
            format!("'{tenant}', {}, {}, {before}, {number}, {amount}", key(number), key(parent(number)))
        });
        insert("documents", self.documents, &|number| {
            let customer = key_if(self.customers, number);
            let deleted = if number == 4 { "'2026-01-01'" } else { "NULL" };
            format!("'{tenant}', '{}', {number}, {customer}, '{}', 1, {deleted}", NAMES[0], name(number))
        });
        insert("accounts", self.accounts, &|number| {
            let level = i32::from(number) + extra;
            format!(
                "'{tenant}', {}, '{}', {level}, '{}'",
                own(number),
                name(number),
                NAMES[usize::from(number % 3)]
            )
        });
        insert("credentials", self.credentials, &|number| {
            format!("{}, {}, '{}'", own(number), own(parent(number)), name(number))
        });
        insert("challenges", self.challenges, &|number| {
            format!("{}, {}, {}", own(number), own(parent(number)), i32::from(number) + extra)
        });
        sql
    }
}

/// The parent of a row is the first or the second.
fn parent(number: u8) -> u8 {
    2 - number % 2
}

/// The rows whose parents are there.
fn parents(bits: u8) -> u8 {
    (if bits & 1 != 0 { 0b0101 } else { 0 }) | (if bits & 2 != 0 { 0b1010 } else { 0 })
}

fn rows(bits: u8) -> impl Iterator<Item = u8> {
    (1..=4).filter(move |number| bits & (1 << (number - 1)) != 0)
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut some = false;
        for (table, bits) in [
            ("customers", self.customers),
            ("invoices", self.invoices),
            ("documents", self.documents),
            ("accounts", self.accounts),
            ("credentials", self.credentials),
            ("challenges", self.challenges),
        ] {
            if bits != 0 {
                let numbers: Vec<String> = rows(bits).map(|number| number.to_string()).collect();
                write!(f, "{}{table} {}", if some { "; " } else { "" }, numbers.join(", "))?;
                some = true;
            }
        }
        Ok(())
    }
}
