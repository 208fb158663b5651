//! The service as its clients see it, and its database as a superuser does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod check_functions;
mod children_of_users;
mod isolation;
mod names;
mod refresh;
mod roles;
mod secrets;
mod sign_in;
mod signing_keys;
mod world;
