//! What criterion and the other programs left behind.

use std::fs;
use std::path::Path;

use bench::Result;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The contestants that everybody is compared with.
pub(crate) const RAW: &str = "raw";
pub(crate) const LIBRARY: &str = "tenant-db";

/// One kind of work, at one distance from the server.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// In the order in which they were compared first: by time.
    pub(crate) entries: Vec<Entry>,
}

/// How long it took one contestant.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) contestant: String,
    pub(crate) median: Estimate,
}

/// In nanoseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) point_estimate: f64,
    pub(crate) confidence_interval: Interval,
}

/// Of 95 percent.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Interval {
    pub(crate) lower_bound: f64,
    pub(crate) upper_bound: f64,
}

/// A line of `roundtrips --json`.
#[derive(Debug, Deserialize)]
pub(crate) struct RoundTrips {
    pub(crate) operation: String,
    pub(crate) first: u64,
    pub(crate) cached: u64,
}

/// A line of `fairness --json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Fairness {
    pub(crate) permits: String,
    pub(crate) alone: Latency,
    pub(crate) flooded: Latency,
    pub(crate) ratio: f64,
    pub(crate) flood: f64,
}

/// Of the quiet tenants' reads.
#[derive(Debug, Deserialize)]
pub(crate) struct Latency {
    pub(crate) median_us: f64,
    pub(crate) p99_us: f64,
}

#[derive(Debug, Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: String,
}

#[derive(Debug, Deserialize)]
struct Estimates {
    median: Estimate,
}

impl Group {
    /// Every group in criterion's folder, by name.
    pub(crate) fn read_all(folder: &Path) -> Result<Vec<Self>> {
        let mut groups: Vec<Self> = Vec::new();
        for group in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?.flatten()
        {
            let Ok(contestants) = fs::read_dir(group.path()) else { continue };
            for contestant in contestants.flatten() {
                let measured = contestant.path().join("new");
                if !measured.join("estimates.json").exists() {
                    continue;
                }
                let Benchmark { group_id, function_id } = json(&measured.join("benchmark.json"))?;
                let Estimates { median } = json(&measured.join("estimates.json"))?;
                let entry = Entry { contestant: function_id, median };
                match groups.iter_mut().find(|group| group.name == group_id) {
                    Some(group) => group.entries.push(entry),
                    None => groups.push(Self { name: group_id, entries: vec![entry] }),
                }
            }
        }
        for group in &mut groups {
            group.entries.sort_by(|one, other| one.nanoseconds().total_cmp(&other.nanoseconds()));
        }
        groups.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(groups)
    }

    /// The median of a contestant.
    pub(crate) fn of(&self, contestant: &str) -> Option<f64> {
        self.entries.iter().find(|entry| entry.contestant == contestant).map(Entry::nanoseconds)
    }

    /// How many times as long as `base` something took.
    pub(crate) fn ratio(&self, nanoseconds: f64, base: &str) -> String {
        self.of(base).map_or_else(|| "–".to_owned(), |base| format!("{:.2}", nanoseconds / base))
    }

    /// The name, for people.
    pub(crate) fn title(&self) -> String {
        let title = match self.name.rsplit_once('_') {
            Some((work, "loopback")) => format!("{work}, loopback"),
            Some((work, "1ms")) => format!("{work}, 1 ms to the server and back"),
            _ => self.name.clone(),
        };
        title.replace('_', " ")
    }
}

impl Entry {
    pub(crate) fn nanoseconds(&self) -> f64 {
        self.median.point_estimate
    }
}

/// With a unit that fits.
pub(crate) fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1e6 {
        format!("{:.1} µs", nanoseconds / 1e3)
    } else {
        format!("{:.2} ms", nanoseconds / 1e6)
    }
}

/// The contents of a file.
pub(crate) fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read(file).map_err(|error| named(&error))?;
    Ok(serde_json::from_slice(&text).map_err(|error| named(&error))?)
}
