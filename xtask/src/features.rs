//! The library's cargo features, read from its manifest so that no list of them can go stale.

use std::fs;

use crate::phase::{Failure, workspace};

/// The features of tenant-db, without `default`.
pub(crate) fn all() -> Result<Vec<String>, Failure> {
    let file = format!("{}/tenant-db/Cargo.toml", workspace());
    let manifest = fs::read_to_string(&file).map_err(|source| Failure::Read { file, source })?;
    Ok(named_in(&manifest))
}

/// The features that everybody builds: `embedded` brings a server of its own along.
pub(crate) fn light() -> Result<Vec<String>, Failure> {
    Ok(all()?.into_iter().filter(|feature| feature != "embedded").collect())
}

/// [`light`], as the value of `--features` for the whole workspace; `--all-features` would be heavy.
pub(crate) fn argument() -> Result<String, Failure> {
    let features: Vec<String> = light()?.iter().map(|feature| format!("tenant-db/{feature}")).collect();
    Ok(format!("--features={}", features.join(",")))
}

fn named_in(manifest: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
        .filter(|name| name != "default" && !name.starts_with('#'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{all, argument, named_in};

    #[test]
    fn features_are_read_from_their_section_only() {
        let manifest = "[package]\nname = \"x\"\n\n[features]\ndefault = []\n# a = b\nweb = [\n    \"axum\",\n]\n\
                        testing = []\n\n[dependencies]\ntokio = \"1\"\n";
        assert_eq!(named_in(manifest), ["web", "testing"]);
    }

    #[test]
    fn the_librarys_own_features_are_found_and_the_heavy_one_is_left_out() {
        let all = all().unwrap();
        assert!(
            ["testing", "embedded"].iter().all(|feature| all.iter().any(|found| found == feature)),
            "{all:?}"
        );
        let argument = argument().unwrap();
        assert!(argument.contains("tenant-db/testing") && !argument.contains("embedded"), "{argument}");
    }
}
