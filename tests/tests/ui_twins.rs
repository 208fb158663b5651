//! The programs that differ from what must not compile by as little as keeps the rule. That this file compiles is the
//! test; what is left to say is that none of them is missing.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "whole programs, as modules, to compile them at once"
)]
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, reason = "as above")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/twins.rs"));

#[test]
fn every_rule_has_a_twin_and_a_message() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut rules = 0;
    for guarantee in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(files) = fs::read_dir(guarantee.join("fail")) else { continue };
        for file in
            files.map(|entry| entry.unwrap().path()).filter(|file| file.extension() == Some(OsStr::new("rs")))
        {
            let twin = guarantee.join("pass").join(file.file_name().unwrap());
            assert!(twin.is_file(), "{} has no twin", file.display());
            assert!(file.with_extension("stderr").is_file(), "{} has no message", file.display());
            rules += 1;
        }
    }
    assert!(rules >= 50, "{rules} rules were found");
}
