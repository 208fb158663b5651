//! The database's side of the promise.
