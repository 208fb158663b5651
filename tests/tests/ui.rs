//! What must not compile, with the message that says why.
//!
//! One rule a file, under `ui/<guarantee>/fail`; the file of the same name under `pass` differs by as little as keeps
//! the rule, and `ui_twins.rs` compiles those. Messages are made by
//! `TRYBUILD=overwrite cargo test -p tenant-db-tests --test ui`, and read by a person.

#[test]
fn what_must_not_compile_does_not() {
    let cases = trybuild::TestCases::new();
    for guarantee in
        ["connections", "context", "joins", "models", "queries", "roles", "transactions", "views", "writes"]
    {
        cases.compile_fail(format!("ui/{guarantee}/fail/*.rs"));
    }
}
