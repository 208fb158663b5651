//! Derive macros of `tenant-db`.
