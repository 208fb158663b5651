//! tenant-db.
