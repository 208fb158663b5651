//! Where a verb runs, and for whom.

use tenant_db::Joinable;
use tenant_db::prelude::*;
use tenant_db::query::{Global as Globally, ScopedQuery};
use uuid::Uuid;

use crate::values::{Global, Own};

/// The tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The one whose observations are compared.
    A,
    /// Another one.
    B,
    /// And another one.
    C,
}

impl Who {
    pub(crate) const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The tenant's own key: the same in every run.
    pub(crate) fn tenant(self) -> Uuid {
        Uuid::from_u128(0xA0 + self as u128)
    }

    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// A key that no other tenant's rows have.
    pub(crate) fn key(self, number: u8) -> Uuid {
        Uuid::from_u128((u128::from(self.number()) + 1) << 64 | u128::from(number))
    }

    fn neighbour(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::C,
            Self::C => Self::A,
        }
    }
}

/// Where a verb runs, and for whom.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) who: Who,
    pub(crate) place: Place<'a>,
}

/// In a transaction of its own, or together with others.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Alone(&'a TenantDb, &'a TenantContext<AnyRole, Uuid>),
    Inside(&'a Transaction<AnyRole, Uuid>),
}

impl<'a> At<'a> {
    pub(crate) fn scoped<M: tenant_db::TenantModel<Key = Uuid>>(&self) -> TenantScoped<'a, M, AnyRole> {
        match self.place {
            Place::Alone(db, context) => db.scoped::<M>(context),
            Place::Inside(tx) => tx.scoped::<M>(),
        }
    }

    pub(crate) fn global<G: Joinable<Uuid>>(&self) -> ScopedQuery<'a, Globally<G, Uuid>, AnyRole> {
        match self.place {
            Place::Alone(db, context) => db.global::<G>(context),
            Place::Inside(tx) => tx.global::<G>(),
        }
    }

    /// A key in a table that is reached through a parent.
    pub(crate) fn key(&self, key: Global) -> Uuid {
        let whose = if key.theirs { self.who.neighbour() } else { self.who };
        whose.key(key.number)
    }

    /// A key of one's own.
    pub(crate) fn own(&self, Own(number): Own) -> Uuid {
        self.who.key(number)
    }
}
