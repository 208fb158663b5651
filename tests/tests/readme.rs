//! The README's table says which test shows a promise. Each of them is there, and every kind of test is in the table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn the_guarantee_table_names_the_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let table = readme.split("which test shows it").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: BTreeSet<&str> = table.split("](").skip(1).filter_map(|link| link.split(')').next()).collect();
    assert!(named.len() > 15, "{named:?}");
    for link in &named {
        assert!(root.join(link).exists(), "{link} is in the table, and not in the repository");
    }
    let tests = fs::read_dir(root.join("tests/tests")).unwrap().map(|entry| entry.unwrap().path());
    for test in tests.filter(|test| test.extension().is_some_and(|extension| extension == "rs")) {
        let name = test.file_name().unwrap().to_str().unwrap();
        // The drivers of what is listed by folder, and this file.
        if ["ui.rs", "ui_twins.rs", "ui_attributes.rs", "readme.rs"].contains(&name) {
            continue;
        }
        assert!(
            named.contains(format!("tests/tests/{name}").as_str()),
            "{name} is not in the README's table"
        );
    }
    for guarantee in fs::read_dir(root.join("tests/ui")).unwrap().map(|entry| entry.unwrap().file_name()) {
        let folder = format!("tests/ui/{}/", guarantee.to_str().unwrap());
        assert!(
            named.iter().any(|link| format!("{link}/").starts_with(&folder)),
            "{folder} is not in the table"
        );
    }
}
