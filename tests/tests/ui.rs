//! What must not compile, with the message that says why, and the twin that does compile.
//!
//! One rule a file, under `ui/<guarantee>/fail`; the file of the same name under `pass` differs by as little as keeps
//! the rule. Messages are made by `TRYBUILD=overwrite cargo test -p tenant-db-tests --test ui`, and read by a person.

#[test]
fn what_must_not_compile_does_not_and_its_twins_do() {
    let cases = trybuild::TestCases::new();
    for guarantee in ["context", "roles", "writes", "models", "connections", "transactions", "queries"] {
        cases.compile_fail(format!("ui/{guarantee}/fail/*.rs"));
        cases.pass(format!("ui/{guarantee}/pass/*.rs"));
    }
    cases.pass("ui/sending/pass/*.rs");
}

#[test]
fn every_rule_has_a_passing_twin() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut rules = 0;
    for guarantee in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(files) = std::fs::read_dir(guarantee.join("fail")) else { continue };
        for file in files.map(|entry| entry.unwrap().path()).filter(|file| file.extension().unwrap() == "rs") {
            let twin = guarantee.join("pass").join(file.file_name().unwrap());
            assert!(twin.is_file(), "{} has no twin", file.display());
            assert!(file.with_extension("stderr").is_file(), "{} has no message", file.display());
            rules += 1;
        }
    }
    assert!(rules >= 50, "{rules} rules were found");
}
