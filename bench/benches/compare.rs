//! Seven kinds of work, done by each contestant on the same server: on the loopback interface and with a millisecond to
//! the server and back.
//!
//! ```text
//! cargo bench -p bench --bench compare [--features contestants] [-- FILTER]
//! ```

#![allow(missing_docs, reason = "`criterion_main!` writes a function that nobody can document")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has to stop")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::contestants::{ByHand, Library, Raw};
use bench::models::NewOrder;
use bench::{Contestant, Ground, Target, customer_id, tenant_id, verification};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, criterion_group, criterion_main};
use tenant_db::testing::Proxy;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Everybody's pool. Work that is done one after the other needs one connection, but some pools are busy with it for a
/// moment after it was given back, and nobody should have to wait for that.
const CONNECTIONS: u32 = 8;
/// What works on that pool in [`Work::Contention`].
const TASKS: u64 = 64;
const ROUND_TRIP: Duration = Duration::from_millis(1);

#[derive(Debug, Clone, Copy)]
enum Work {
    PointRead,
    Page,
    Insert,
    InsertMany,
    Update,
    Transaction,
    Contention,
}

impl Work {
    const ALL: [(Self, &str); 7] = [
        (Self::PointRead, "point_read"),
        (Self::Page, "page_of_50"),
        (Self::Insert, "insert"),
        (Self::InsertMany, "insert_100"),
        (Self::Update, "update"),
        (Self::Transaction, "transaction_of_3"),
        (Self::Contention, "pool_of_8_under_64_tasks"),
    ];
}

fn compare(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let ground = runtime.block_on(Ground::new()).expect("a server");
    let proxy = Proxy::start(&ground.target().url).expect("a proxy");
    proxy.set_round_trip(ROUND_TRIP);
    let far = ground.target().through(&proxy);
    let arena = Arena { runtime, ground };
    everybody(&mut Verify { arena: &arena });
    for (target, link) in [(arena.ground.target(), "loopback"), (far, "1ms")] {
        for (work, name) in Work::ALL {
            let mut group = criterion.benchmark_group(format!("{name}_{link}"));
            group.sampling_mode(SamplingMode::Flat);
            everybody(&mut Measure { arena: &arena, target: &target, work, group: &mut group });
            group.finish();
        }
    }
}

/// Something to do with every contestant.
trait Visitor {
    fn visit<C: Contestant>(&mut self);
}

fn everybody(visitor: &mut impl Visitor) {
    visitor.visit::<Raw>();
    visitor.visit::<ByHand>();
    visitor.visit::<Library>();
    #[cfg(feature = "contestants")]
    {
        use bench::contestants::{Qail, SeaOrm, Sqlx, Tenaxum};
        visitor.visit::<Qail>();
        visitor.visit::<Sqlx>();
        visitor.visit::<Tenaxum>();
        visitor.visit::<SeaOrm>();
    }
}

struct Arena {
    runtime: Runtime,
    ground: Ground,
}

struct Verify<'a> {
    arena: &'a Arena,
}

impl Visitor for Verify<'_> {
    fn visit<C: Contestant>(&mut self) {
        let Arena { runtime, ground } = self.arena;
        runtime.block_on(async {
            let contestant = C::connect(&ground.target(), CONNECTIONS).await.expect(C::NAME);
            if let Err(error) = verification::verify(&contestant, ground).await {
                panic!("{error}");
            }
        });
    }
}

struct Measure<'a, 'g> {
    arena: &'a Arena,
    target: &'a Target,
    work: Work,
    group: &'a mut BenchmarkGroup<'g, WallTime>,
}

impl Visitor for Measure<'_, '_> {
    fn visit<C: Contestant>(&mut self) {
        let Arena { runtime, ground } = self.arena;
        let (target, work) = (self.target, self.work);
        let mut contestant = None;
        self.group.bench_function(C::NAME, |bencher| {
            let contestant = contestant.get_or_insert_with(|| {
                runtime.block_on(async {
                    ground.tidy().await.expect("tables");
                    Arc::new(C::connect(target, CONNECTIONS).await.expect(C::NAME))
                })
            });
            bencher.iter_custom(|iterations| {
                // A task of its own, as a request is: the main thread would be woken across threads for each answer.
                let task = runtime.spawn(run(Arc::clone(contestant), work, iterations));
                runtime.block_on(task).expect("a measurement")
            });
        });
        if let Some(contestant) = contestant {
            // Pools close their connections on the runtime.
            let _inside = runtime.enter();
            drop(contestant);
        }
    }
}

async fn run<C: Contestant>(contestant: Arc<C>, work: Work, iterations: u64) -> Duration {
    let id = tenant_id(0);
    let tenant = contestant.tenant(id).expect(C::NAME);
    // Far apart, so that one row follows another in no order that would help.
    let nth = |n: u64| customer_id(id, n * 37);
    let begin = Instant::now();
    match work {
        Work::PointRead => {
            for n in 0..iterations {
                black_box(contestant.find(&tenant, nth(n)).await.expect(C::NAME));
            }
        }
        Work::Page => {
            for n in 0..iterations {
                let after = customer_id(id, n * 37 % 900);
                black_box(contestant.page(&tenant, after).await.expect(C::NAME));
            }
        }
        Work::Insert => {
            for n in 0..iterations {
                black_box(contestant.insert(&tenant, order(nth(n))).await.expect(C::NAME));
            }
        }
        Work::InsertMany => {
            for n in 0..iterations {
                let orders = (n..n + 100).map(|n| order(nth(n))).collect();
                black_box(contestant.insert_many(&tenant, orders).await.expect(C::NAME));
            }
        }
        Work::Update => {
            for n in 0..iterations {
                let limit = i64::try_from(n).unwrap_or_default();
                black_box(contestant.update(&tenant, nth(n), limit).await.expect(C::NAME));
            }
        }
        Work::Transaction => {
            for n in 0..iterations {
                black_box(contestant.raise(&tenant, nth(n)).await.expect(C::NAME));
            }
        }
        Work::Contention => return contention(contestant, iterations).await,
    }
    begin.elapsed()
}

/// Point reads by many tasks, of as many tenants as there are; `raw` serves one only.
async fn contention<C: Contestant>(contestant: Arc<C>, iterations: u64) -> Duration {
    let mut tasks = JoinSet::new();
    let begin = Instant::now();
    for task in 0..TASKS {
        let reads = iterations / TASKS + u64::from(task < iterations % TASKS);
        let contestant = Arc::clone(&contestant);
        let (id, tenant) = match contestant.tenant(tenant_id(task)) {
            Ok(tenant) => (tenant_id(task), tenant),
            Err(_) => (tenant_id(0), contestant.tenant(tenant_id(0)).expect(C::NAME)),
        };
        tasks.spawn(async move {
            for n in 0..reads {
                let customer = customer_id(id, (task + n) * 37);
                black_box(contestant.find(&tenant, customer).await.expect(C::NAME));
            }
        });
    }
    tasks.join_all().await;
    begin.elapsed()
}

fn order(customer_id: uuid::Uuid) -> NewOrder {
    NewOrder { customer_id, amount: 100, note: "two of these, and one of those".to_owned() }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .sample_size(40)
        .nresamples(10_000)
        .without_plots();
    targets = compare
}
criterion_main!(benches);
