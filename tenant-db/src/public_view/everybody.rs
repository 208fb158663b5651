//! [`Everybody`]: who reads public views.

use std::fmt;

use crate::tenant::{KeyKind, TenantKey, TenantValue};

/// The key of no tenant. Nobody can make one, so there is no context for it, and no tenant's model takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Everybody(());

impl Everybody {
    pub(super) fn new() -> Self {
        Self(())
    }
}

impl fmt::Display for Everybody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("everybody")
    }
}

impl TenantKey for Everybody {
    const KIND: KeyKind = KeyKind::Text;

    /// Empty, which is no tenant's.
    fn to_value(&self) -> TenantValue<'_> {
        TenantValue::Text("".into())
    }
}
