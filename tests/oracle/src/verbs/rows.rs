//! Rows to be inserted.

use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;

use crate::at::At;
use crate::models::{NewAccount, NewChallenge, NewCredential, NewCustomer, NewDocument, NewInvoice};
use crate::values::{Global, Key, Name, Number, Own, Value};

/// Structs of random values.
macro_rules! values {
    ($($name:ident { $($field:ident: $type:ty),+ $(,)? })+) => {$(
        #[derive(Debug, Clone)]
        pub(crate) struct $name { $(pub(crate) $field: $type),+ }

        impl Value for $name {
            fn values() -> SBoxedStrategy<Self> {
                ($(<$type>::values(),)+).prop_map(|($($field,)+)| Self { $($field),+ }).sboxed()
            }

            fn smaller(&self) -> Vec<Self> {
                let mut all = Vec::new();
                $(for simpler in self.$field.smaller() {
                    all.push(Self { $field: simpler, ..self.clone() });
                })+
                all
            }
        }
    )+};
}

values! {
    ACustomer { id: Key, name: Name, credit: Number, note: Option<Name> }
    AnInvoice { id: Key, customer: Key, before: Option<Key>, number: Number, amount: Number }
    ADocument { at: (Name, Number), customer: Option<Key>, title: Name }
    AnAccount { id: Own, login: Name, level: Number, country: Option<Name> }
    ACredential { id: Own, account: Global, label: Name }
    AChallenge { id: Own, credential: Global, answer: Number }
}

impl ACustomer {
    pub(crate) fn row(self) -> NewCustomer {
        let Self { id, name, credit, note } = self;
        NewCustomer { id: id.uuid(), name: name.text(), credit: credit.0, note: note.map(Name::text) }
    }
}

impl ACustomer {
    /// Rows that leave out different columns are loaded in bulk in any order, so that either of two mistakes may be told.
    pub(crate) fn row_with_note(self) -> NewCustomer {
        NewCustomer { note: Some("loaded"), ..self.row() }
    }
}

impl AnInvoice {
    pub(crate) fn row(self) -> NewInvoice {
        NewInvoice {
            id: self.id.uuid(),
            customer_id: self.customer.uuid(),
            before_id: self.before.map(Key::uuid),
            number: self.number.0,
            amount: self.amount.0,
        }
    }
}

impl ADocument {
    pub(crate) fn row(self) -> NewDocument {
        let Self { at: (shelf, slot), customer, title } = self;
        let customer_id = customer.map(Key::uuid);
        NewDocument { shelf: shelf.text(), slot: slot.0, customer_id, title: title.text() }
    }
}

impl AnAccount {
    pub(crate) fn row(self, at: At<'_>) -> NewAccount {
        let Self { id, login, level, country } = self;
        NewAccount { id: at.own(id), login: login.text(), level: level.0, country: country.map(Name::text) }
    }
}

impl ACredential {
    pub(crate) fn row(self, at: At<'_>) -> NewCredential {
        NewCredential { id: at.own(self.id), account_id: at.key(self.account), label: self.label.text() }
    }
}

impl AChallenge {
    pub(crate) fn row(self, at: At<'_>) -> NewChallenge {
        NewChallenge { id: at.own(self.id), credential_id: at.key(self.credential), answer: self.answer.0 }
    }
}
