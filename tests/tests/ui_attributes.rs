//! What the derives' attributes must not say, with the message that says why.
//!
//! One rule a file, under `ui/attributes/fail`; the file of the same name under `pass` keeps the rule. Messages are made
//! by `TRYBUILD=overwrite cargo test -p tenant-db-tests --test ui_attributes`, and read by a person.

#[test]
fn a_wrong_attribute_is_explained_where_it_is_written() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/attributes/fail/*.rs");
}
