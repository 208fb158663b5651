//! Shared models of the test suite.
