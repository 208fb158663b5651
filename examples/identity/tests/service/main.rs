//! The service as its clients see it, and its database as a superuser does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod refresh;
mod sign_in;
mod world;
