//! Queries on a million rows of a thousand tenants: tenant-db, under row-level security, beside the same statements written
//! by hand without it.
//!
//! ```text
//! cargo bench -p bench --bench query [-- FILTER]
//! ```
//!
//! `BENCH_PLANS` names a file for the plans, which are printed otherwise.

#![allow(missing_docs, reason = "`criterion_main!` writes a function that nobody can document")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has to stop")]

use std::env;
use std::fs::File;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::Target;
use bench::query::{ByHand, Market, Queries, Scoped, big_tenant, buyer, plans, row, tenant, verify};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, criterion_group, criterion_main};
use tenant_db::testing::Proxy;
use tokio::runtime::Runtime;

/// Work that is done one after the other needs one; a pool that is busy with it for a moment gives another.
const CONNECTIONS: u32 = 4;
const ROUND_TRIP: Duration = Duration::from_millis(1);
/// How many tenants take turns.
const TURNS: u64 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Page,
    Join,
    Aggregate,
    BigAggregate,
    Child(Kept),
    Children(Kept),
    ChildrenJoined(Kept),
    InsertChildren(Kept),
}

/// Where a child says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// In a column of its own.
    Column,
    /// Nowhere: its parent does.
    Through,
}

use Kept::{Column, Through};

impl Work {
    /// Inserts come last: what they leave behind makes tables larger.
    const ALL: [(Self, &str); 12] = [
        (Self::Page, "page_of_50"),
        (Self::Join, "join_of_50"),
        (Self::Aggregate, "aggregate_of_1000"),
        (Self::BigAggregate, "aggregate_of_50000"),
        (Self::Child(Column), "child_by_key_column"),
        (Self::Child(Through), "child_by_key_through"),
        (Self::Children(Column), "children_of_a_parent_column"),
        (Self::Children(Through), "children_of_a_parent_through"),
        (Self::ChildrenJoined(Column), "children_and_parents_column"),
        (Self::ChildrenJoined(Through), "children_and_parents_through"),
        (Self::InsertChildren(Column), "insert_100_children_column"),
        (Self::InsertChildren(Through), "insert_100_children_through"),
    ];

    /// What is measured far from the server too: one statement like another, as far as the way is concerned.
    fn is_measured_far_away(self) -> bool {
        matches!(self, Self::Page | Self::Join | Self::Aggregate | Self::BigAggregate)
    }

    fn writes(self) -> bool {
        matches!(self, Self::InsertChildren(_))
    }
}

fn query(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let market = runtime.block_on(Market::new()).expect("a server");
    runtime.block_on(prepare(&market));
    let far = |target: &Target| {
        let proxy = Proxy::start(&target.url).expect("a proxy");
        proxy.set_round_trip(ROUND_TRIP);
        (target.through(&proxy), proxy)
    };
    let (by_hand, scoped) = (market.unbound(), market.bound());
    let ((far_by_hand, _near), (far_scoped, _nearer)) = (far(&by_hand), far(&scoped));
    let arena = Arena { runtime, market };
    for (link, by_hand, scoped) in [("loopback", &by_hand, &scoped), ("1ms", &far_by_hand, &far_scoped)] {
        for (work, name) in Work::ALL {
            if link != "loopback" && !work.is_measured_far_away() {
                continue;
            }
            let mut group = criterion.benchmark_group(format!("query_{name}_{link}"));
            group.sampling_mode(SamplingMode::Flat);
            arena.measure::<ByHand>(by_hand, work, &mut group);
            arena.measure::<Scoped>(scoped, work, &mut group);
            group.finish();
        }
    }
}

/// Both sides do the same, and this is how the server does it.
async fn prepare(market: &Market) {
    let by_hand = ByHand::connect(&market.unbound(), CONNECTIONS).await.expect(ByHand::NAME);
    let scoped = Scoped::connect(&market.bound(), CONNECTIONS).await.expect(Scoped::NAME);
    if let Err(error) = verify(market, &by_hand, &scoped).await {
        panic!("{error}");
    }
    let plans = plans(market).await.expect("plans");
    if let Some(file) = env::var_os("BENCH_PLANS") {
        serde_json::to_writer(File::create(file).expect("a file"), &plans).expect("a file");
    } else {
        for plan in plans {
            eprintln!("\n{}\n{}planned once and for all\n{}", plan.query, plan.for_values, plan.for_any);
        }
    }
}

struct Arena {
    runtime: Runtime,
    market: Market,
}

impl Arena {
    fn measure<Q: Queries>(&self, target: &Target, work: Work, group: &mut BenchmarkGroup<'_, WallTime>) {
        let Self { runtime, market } = self;
        let mut side = None;
        group.bench_function(Q::NAME, |bencher| {
            let side = side.get_or_insert_with(|| {
                runtime.block_on(async {
                    if work.writes() {
                        market.tidy().await.expect("tables");
                    }
                    Arc::new(Side::<Q>::new(target).await)
                })
            });
            bencher.iter_custom(|iterations| {
                // A task of its own, as a request is: the main thread would be woken across threads for each answer.
                let task = runtime.spawn(run(Arc::clone(side), work, iterations));
                runtime.block_on(task).expect("a measurement")
            });
        });
        if let Some(side) = side {
            // Pools close their connections on the runtime.
            let _inside = runtime.enter();
            drop(side);
        }
    }
}

struct Side<Q: Queries> {
    queries: Q,
    tenants: Vec<Q::Tenant>,
    big: Q::Tenant,
}

impl<Q: Queries> Side<Q> {
    async fn new(target: &Target) -> Self {
        let queries = Q::connect(target, CONNECTIONS).await.expect(Q::NAME);
        let tenants = (0..TURNS).map(|n| queries.tenant(id(n)).expect(Q::NAME)).collect();
        let big = queries.tenant(big_tenant()).expect(Q::NAME);
        Self { queries, tenants, big }
    }
}

/// The tenant whose turn it is. They lie far apart.
fn id(turn: u64) -> uuid::Uuid {
    tenant(turn % TURNS * 37)
}

async fn run<Q: Queries>(side: Arc<Side<Q>>, work: Work, iterations: u64) -> Duration {
    let Side { queries, tenants, big } = &*side;
    macro_rules! again {
        (|$tenant:ident, $turn:ident| $call:expr) => {{
            let begin = Instant::now();
            for ($turn, $tenant) in (0..iterations).zip(tenants.iter().cycle()) {
                black_box($call.await.expect(Q::NAME));
            }
            begin.elapsed()
        }};
    }
    match work {
        Work::Page => again!(|tenant, turn| {
            let n = turn * 37 % 900;
            queries.page(tenant, (i64::try_from(n + 1).unwrap_or_default() / 2, row(id(turn), n)))
        }),
        Work::Join => again!(|tenant, _turn| queries.join(tenant)),
        Work::Aggregate => again!(|tenant, _turn| queries.aggregate(tenant)),
        Work::BigAggregate => again!(|_tenant, _turn| queries.aggregate(big)),
        Work::Child(Column) => again!(|tenant, turn| queries.remark(tenant, row(id(turn), turn * 37))),
        Work::Child(Through) => again!(|tenant, turn| queries.bare_remark(tenant, row(id(turn), turn * 37))),
        Work::Children(Column) => again!(|tenant, turn| queries.remarks(tenant, buyer(id(turn), turn * 7))),
        Work::Children(Through) => {
            again!(|tenant, turn| queries.bare_remarks(tenant, buyer(id(turn), turn * 7)))
        }
        Work::ChildrenJoined(Column) => again!(|tenant, _turn| queries.remarks_joined(tenant)),
        Work::ChildrenJoined(Through) => again!(|tenant, _turn| queries.bare_remarks_joined(tenant)),
        Work::InsertChildren(Column) => {
            again!(|tenant, turn| queries.insert_remarks(tenant, buyer(id(turn), turn * 7)))
        }
        Work::InsertChildren(Through) => {
            again!(|tenant, turn| queries.insert_bare_remarks(tenant, buyer(id(turn), turn * 7)))
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .sample_size(40)
        .nresamples(10_000)
        .without_plots();
    targets = query
}
criterion_main!(benches);
