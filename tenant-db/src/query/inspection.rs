//! What an expression that is about to be put into a query holds of scoped sub-queries.
//!
//! Diesel hands an expression nothing but a place to write to, so a sub-query tells what it is by the side, while its
//! text is being looked at. Its own text has been looked at when its parts were added, and is left out.

use std::cell::RefCell;

use super::predicate::Tenant;
use super::raw::RawSql;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    pub(crate) sub_queries: Vec<Inner>,
}

/// A scoped sub-query.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) tenant: Tenant,
    pub(crate) raw: RawSql,
}

thread_local! {
    static CURRENT: RefCell<Option<Inspection>> = const { RefCell::new(None) };
}

/// Looks at what `write` writes.
pub(crate) fn inspect<T>(write: impl FnOnce() -> T) -> (T, Inspection) {
    let mut looking = Looking { outer: CURRENT.replace(Some(Inspection::default())) };
    let written = write();
    let found = CURRENT.replace(looking.outer.take()).unwrap_or_default();
    std::mem::forget(looking);
    (written, found)
}

/// A fragment that panics must not leave anybody looking: sub-queries would then be left out of what is sent.
struct Looking {
    outer: Option<Inspection>,
}

impl Drop for Looking {
    fn drop(&mut self) {
        CURRENT.set(self.outer.take());
    }
}

/// Tells of a sub-query. `false` where nobody is looking: then it has to be written.
pub(crate) fn tell(tenant: &Tenant, raw: RawSql) -> bool {
    CURRENT.with_borrow_mut(|current| match current {
        None => false,
        Some(inspection) => {
            inspection.sub_queries.push(Inner { tenant: tenant.clone(), raw });
            true
        }
    })
}
