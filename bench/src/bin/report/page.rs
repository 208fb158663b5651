//! The tables.

use crate::machine::Machine;
use crate::measured::{Fairness, Group, LIBRARY, RAW, RoundTrips, time};

/// What the contestants are, for whoever reads the results and nothing else.
const INTRODUCTION: &str = "\
# Results

Written by `cargo xtask bench`. Everybody works on the same server, table, role and policy, over TCP, returns the same rows,
and has the tenant predicate in its queries; `bench/src/contestants` has the code, and says for each why it is written so.
`raw` is diesel-async on connections that belong to one tenant for ever: no program with several tenants could work like
this, it is what the work itself costs. All figures are of one run; ratios say more than times.

| contestant | how it tells the database whose statement it is |
|---|---|
| raw | not at all: the session was bound to one tenant when it was opened; statements on their own |
| by hand | diesel-async: a transaction that begins with `set_config` |
| tenant-db | its ordinary methods |
| qail-pg | its pipelined path for row-level security; the connection is given back, and committed, in a second round trip |
| sqlx | 0.9: a transaction that begins with `set_config` |
| tenaxum | hooks of sqlx's pool set the tenant for the session, and reset it |
| sea-orm | a transaction that begins with `set_config` |
";

pub(crate) fn page(
    machine: &Machine,
    settings: &str,
    groups: &[Group],
    queries: &str,
    round_trips: &[RoundTrips],
    fairness: &[Fairness],
) -> String {
    let mut page = INTRODUCTION.to_owned();
    page += &about(machine, settings);
    page += &overview(groups);
    page += queries;
    page += &round_trips_table(round_trips);
    page += &fairness_table(fairness);
    for group in groups {
        page += &table(group);
    }
    page
}

fn about(machine: &Machine, settings: &str) -> String {
    let Machine { processor, cores, memory, kernel, postgresql, rustc, date, commit } = machine;
    format!(
        "\n## Machine\n\n| | |\n|---|---|\n| processor | {processor}, {cores} cores |\n| memory | {memory} |\n\
         | kernel | {kernel} |\n| PostgreSQL | {postgresql}, fsync and synchronous_commit off |\n| compiler | {rustc} |\n\
         | date | {date} |\n| tenant-db | {commit} |\n| settings | {settings} |\n"
    )
}

/// tenant-db's place in each group, and how far behind the others are.
fn overview(groups: &[Group]) -> String {
    let mut contestants: Vec<&str> = Vec::new();
    for entry in groups.iter().flat_map(|group| &group.entries) {
        if !contestants.contains(&&*entry.contestant) && entry.contestant != LIBRARY {
            contestants.push(&entry.contestant);
        }
    }
    contestants.sort_unstable();
    let mut table = format!(
        "\n## Overview\n\nHow many times as long as tenant-db each takes.\n\n| | tenant-db | {} |\n|---|--:|{}\n",
        contestants.join(" | "),
        "--:|".repeat(contestants.len())
    );
    for group in groups {
        let median = group.of(LIBRARY).map_or_else(|| "–".to_owned(), time);
        let ratios = contestants.iter().map(|contestant| {
            group.of(contestant).map_or_else(|| "–".to_owned(), |median| group.ratio(median, LIBRARY))
        });
        table += &format!("| {} | {median} | {} |\n", group.title(), ratios.collect::<Vec<_>>().join(" | "));
    }
    table
}

fn round_trips_table(round_trips: &[RoundTrips]) -> String {
    let mut table =
        "\n## Round trips\n\nAt the first use of a statement on its connection, and afterwards.\n\n\
                     | operation | first | cached |\n|---|--:|--:|\n"
            .to_owned();
    for RoundTrips { operation, first, cached } in round_trips {
        table += &format!("| {operation} | {first} | {cached} |\n");
    }
    table
}

fn fairness_table(fairness: &[Fairness]) -> String {
    let mut table = "\n## Fairness\n\nLatency of quiet tenants that read a row now and then, alone and while another tenant \
                     keeps 64 tasks busy with\nstatements of 20 ms on a pool of 8 connections.\n\n\
                     | permits for each tenant | median alone | p99 alone | median flooded | p99 flooded | p99 ratio | flood |\n\
                     |---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for Fairness { permits, alone, flooded, ratio, flood } in fairness {
        let times = [alone.median_us, alone.p99_us, flooded.median_us, flooded.p99_us]
            .map(|time_us| time(time_us * 1e3));
        table += &format!("| {permits} | {} | {ratio:.1} | {flood:.0}/s |\n", times.join(" | "));
    }
    table
}

fn table(group: &Group) -> String {
    let Group { name, entries } = group;
    let mut table = format!(
        "\n## {title}\n\n![{title}]({name}.svg)\n\n| contestant | median | 95 % confidence | × raw | × tenant-db |\n\
         |---|--:|--:|--:|--:|\n",
        title = group.title()
    );
    for entry in entries {
        let interval = entry.median.confidence_interval;
        table += &format!(
            "| {} | {} | {} – {} | {} | {} |\n",
            entry.contestant,
            time(entry.nanoseconds()),
            time(interval.lower_bound),
            time(interval.upper_bound),
            group.ratio(entry.nanoseconds(), RAW),
            group.ratio(entry.nanoseconds(), LIBRARY)
        );
    }
    table
}
