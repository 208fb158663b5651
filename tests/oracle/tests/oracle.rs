//! Random programs of a tenant among others, and of the same tenant alone: nothing that it observes differs.
//!
//! `TENANT_DB_ORACLE_SEED` chooses other programs than the usual ones, `TENANT_DB_ORACLE_PROGRAMS` how many;
//! `cargo xtask oracle` runs thousands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use tenant_db_oracle::{Hunt, Layer, Mistake, Report};

fn number_from(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn programs(usual: u64) -> Hunt {
    Hunt::new(number_from("TENANT_DB_ORACLE_PROGRAMS", usual), number_from("TENANT_DB_ORACLE_SEED", 1))
}

fn run(hunt: Hunt) -> Report {
    hunt.run(&|_| ()).expect("databases to run programs in")
}

#[test]
fn a_tenant_cannot_tell_whether_it_is_alone() {
    let report = run(programs(250));
    assert!(report.finding.is_none(), "{report}");
    // Programs that find nothing would prove nothing.
    let rare: Vec<_> = report.verbs.iter().filter(|(_, seen)| seen.runs >= 20 && seen.found == 0).collect();
    assert!(rare.is_empty(), "these never found anything: {rare:?}");
}

#[test]
fn nor_by_the_query_builder_alone_without_row_level_security() {
    let report = run(programs(100).layer(Layer::BuilderAlone));
    assert!(report.finding.is_none(), "{report}");
}

#[test]
fn nor_by_row_level_security_alone_in_sql_written_by_hand() {
    let report = run(programs(100).layer(Layer::PoliciesAlone));
    assert!(report.finding.is_none(), "{report}");
}

#[test]
fn each_mistake_in_a_database_is_found_by_a_few_steps() {
    for mistake in Mistake::ALL {
        let report = run(Hunt::new(500, 1).mistake(mistake));
        let finding = report.finding.as_ref().unwrap_or_else(|| panic!("{mistake:?} was not found"));
        assert!(finding.program.lines().count() <= 6, "{mistake:?}: {report}");
    }
}
