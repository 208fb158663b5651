//! A database with a million rows of a thousand tenants.

use std::time::Instant;

use uuid::Uuid;

use crate::{Ground, Result, Target};

/// Ordinary tenants. Behind them comes a big one.
pub const TENANTS: u64 = 1_000;
/// The buyers of an ordinary tenant.
const BUYERS: u64 = 100;
/// The rows of an ordinary tenant in each other table.
pub const ROWS: u64 = 1_000;
/// How many times as much the big tenant has.
const BIG: u64 = 50;
/// The rows of the big tenant in each other table.
pub const BIG_ROWS: u64 = ROWS * BIG;
/// Whom no policy binds, and who is no superuser: what a program without row-level security connects as.
const UNBOUND: &str = "bench_unbound";

/// The `n`th ordinary tenant, counted without end.
#[must_use]
pub fn tenant(n: u64) -> Uuid {
    Uuid::from_u64_pair(n % TENANTS + 1, 0)
}

/// The big tenant.
#[must_use]
pub fn big_tenant() -> Uuid {
    Uuid::from_u64_pair(TENANTS + 1, 0)
}

/// The `n`th row of a tenant, counted without end.
#[must_use]
pub fn row(tenant: Uuid, n: u64) -> Uuid {
    Uuid::from_u64_pair(tenant.as_u64_pair().0, n % ROWS + 1)
}

/// The `n`th buyer of a tenant, counted without end.
#[must_use]
pub fn buyer(tenant: Uuid, n: u64) -> Uuid {
    row(tenant, n % BUYERS)
}

/// A server with the rows, and two ways to them.
#[derive(Debug)]
pub struct Market {
    /// The server.
    pub ground: Ground,
    unbound: String,
}

impl Market {
    /// Starts a server and fills the tables, which takes a minute.
    ///
    /// # Errors
    ///
    /// Where there is no PostgreSQL to start, or it refuses something.
    pub async fn new() -> Result<Self> {
        let ground = Ground::new().await?;
        let unbound = ground.log_in_as(UNBOUND, "BYPASSRLS").await?;
        ground
            .execute(&format!(
                "GRANT SELECT, INSERT ON buyers, purchases, remarks, bare_remarks TO {UNBOUND}"
            ))
            .await?;
        let market = Self { ground, unbound };
        market.fill().await?;
        Ok(market)
    }

    /// As the role that serves requests, which row-level security binds.
    #[must_use]
    pub fn bound(&self) -> Target {
        self.ground.target()
    }

    /// As a role that row-level security does not bind.
    #[must_use]
    pub fn unbound(&self) -> Target {
        Target { url: self.unbound.clone(), ..self.ground.target() }
    }

    async fn fill(&self) -> Result<()> {
        let key = "(lpad(to_hex(tenant), 16, '0') || lpad(to_hex(n), 16, '0'))::uuid";
        let tenant = key.replace("to_hex(n)", "''");
        let buyer = key.replace("to_hex(n)", "to_hex(n % buyers + 1)");
        for (table, rows, columns) in [
            ("buyers", BUYERS, format!("{tenant}, {key}, 'Buyer ' || n, n % 10")),
            (
                "purchases",
                ROWS,
                format!("{tenant}, {key}, {buyer}, n / 2, n % 5, n % 1000, 'two of these, one of those'"),
            ),
            ("remarks", ROWS, format!("{tenant}, {key}, {buyer}, 'Remark ' || n")),
            ("bare_remarks", ROWS, format!("{key}, {buyer}, 'Remark ' || n")),
        ] {
            let begin = Instant::now();
            // Row after row comes from another tenant, as when all of them work at the same time; the big one works
            // fifty times as much. The rows are in order, and nothing has to be looked up.
            let round = TENANTS + BIG;
            self.ground
                .execute(&format!(
                    "SET session_replication_role = replica;
                     INSERT INTO {table} SELECT {columns} FROM (
                         SELECT least(i % {round}, {TENANTS}) + 1 AS tenant,
                                CASE WHEN i % {round} < {TENANTS} THEN i / {round} + 1
                                     ELSE i / {round} * {BIG} + i % {round} - {TENANTS} + 1 END AS n,
                                CASE WHEN i % {round} < {TENANTS} THEN {BUYERS} ELSE {BUYERS} * {BIG} END AS buyers
                         FROM generate_series(0, {round}::bigint * {rows} - 1) i
                     ) AS rows"
                ))
                .await?;
            self.ground.execute(&format!("VACUUM (ANALYZE) {table}")).await?;
            eprintln!("{table}: {} rows in {:.1} s", round * rows, begin.elapsed().as_secs_f64());
        }
        self.ground.execute("CHECKPOINT").await
    }

    /// Takes away what was inserted since.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn tidy(&self) -> Result<()> {
        let first = Uuid::from_u64_pair(TENANTS + 2, 0);
        for table in ["remarks", "bare_remarks"] {
            self.ground.execute(&format!("DELETE FROM {table} WHERE id >= '{first}'")).await?;
            self.ground.execute(&format!("VACUUM (ANALYZE) {table}")).await?;
        }
        self.ground.execute("CHECKPOINT").await
    }
}
