//! Everything that a program does, one arm for each verb.

mod by_hand;
mod combining;
mod joining;
mod paging;
mod rows;
mod sharing;
mod summing;
mod upserting;
mod writing;

use std::fmt;

use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;

use crate::at::At;
use crate::models::{Account, Challenge, Credential, Customer, Document, Invoice};
use crate::outcome::Work;
use crate::reading::Read;
use crate::values::Value;
use by_hand::ByHand;
use combining::Combine;
use joining::Join;
use paging::Pages;
use sharing::Share;
use summing::Sum;
use upserting::Upsert;
use writing::Write;

/// An operation.
#[derive(Clone)]
pub(crate) enum Verb {
    Customers(Read<Customer>),
    Invoices(Read<Invoice>),
    Documents(Read<Document>),
    Accounts(Read<Account>),
    Credentials(Read<Credential>),
    Challenges(Read<Challenge>),
    Join(Join),
    Sum(Sum),
    Combine(Combine),
    Pages(Pages),
    Share(Share),
    Upsert(Upsert),
    Write(Write),
    ByHand(ByHand),
}

macro_rules! of_any {
    ($verb:expr, $inner:ident, $wrap:ident => $work:expr) => {
        of_any!(
            @each $verb, $inner, $wrap, $work,
            Customers Invoices Documents Accounts Credentials Challenges Join Sum Combine Pages Share Upsert Write ByHand
        )
    };
    (@each $verb:expr, $inner:ident, $wrap:ident, $work:expr, $($variant:ident)+) => {
        match $verb {
            $(Verb::$variant($inner) => {
                #[allow(unused_variables, reason = "most ask about a verb, and make none")]
                let $wrap = Verb::$variant;
                $work
            })+
        }
    };
}

impl Verb {
    pub(crate) fn make<'a>(&self, at: At<'a>) -> Work<'a> {
        of_any!(self, inner, wrap => inner.make(at))
    }

    pub(crate) fn name(&self) -> &'static str {
        of_any!(self, inner, wrap => inner.name())
    }

    /// Simpler ones of the same kind.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        of_any!(self, inner, wrap => inner.smaller().into_iter().map(wrap).collect())
    }

    /// See [`Write::under_own_parents`].
    pub(crate) fn under_own_parents(self) -> Self {
        match self {
            Self::Write(write) => Self::Write(write.under_own_parents()),
            other => other,
        }
    }

    /// Whether it changes nothing, so that it can be asked again.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::Write(_) | Self::Upsert(_) => false,
            Self::ByHand(verb) => verb.only_reads(),
            _ => true,
        }
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        of_any!(self, inner, wrap => inner.fmt(f))
    }
}

/// Verbs of the query builder.
pub(crate) fn of_the_builder() -> SBoxedStrategy<Verb> {
    let verbs = vec![
        (10, Write::values().prop_map(Verb::Write).sboxed()),
        (3, Read::<Customer>::values().prop_map(Verb::Customers).sboxed()),
        (2, Read::<Invoice>::values().prop_map(Verb::Invoices).sboxed()),
        (2, Read::<Document>::values().prop_map(Verb::Documents).sboxed()),
        (1, Read::<Account>::values().prop_map(Verb::Accounts).sboxed()),
        (2, Read::<Credential>::values().prop_map(Verb::Credentials).sboxed()),
        (2, Read::<Challenge>::values().prop_map(Verb::Challenges).sboxed()),
        (5, Join::values().prop_map(Verb::Join).sboxed()),
        (3, Sum::values().prop_map(Verb::Sum).sboxed()),
        (2, Combine::values().prop_map(Verb::Combine).sboxed()),
        (3, Pages::values().prop_map(Verb::Pages).sboxed()),
        (1, Share::values().prop_map(Verb::Share).sboxed()),
        (4, Upsert::values().prop_map(Verb::Upsert).sboxed()),
    ];
    proptest::strategy::Union::new_weighted(verbs).sboxed()
}

/// SQL written by hand, which names no tenant: row-level security alone holds it.
pub(crate) fn by_hand() -> SBoxedStrategy<Verb> {
    ByHand::values().prop_map(Verb::ByHand).sboxed()
}
