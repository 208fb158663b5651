//! What goes in comes out, for values that nobody has chosen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![recursion_limit = "256"]

use std::ops::Bound::{Excluded, Included, Unbounded};

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::data_types::{PgInterval, PgMoney};
use diesel::pg::data_types::PgLsn;
use diesel::prelude::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tenant_db::prelude::*;
use tenant_db_tests::World;
use tenant_db_type_tests::enums::{Colour, Mood, OrderStatus};
use tenant_db_type_tests::kinds::{Ends, Maybe, NewMaybe, maybes};
use tenant_db_type_tests::prices::Price;
use tenant_db_type_tests::schema;
use uuid::Uuid;

/// Any text without the character that PostgreSQL has no place for.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[^\0]{0,40}", r#"['"\\{},()\[\] \t\n]{0,12}"#, Just("NULL".to_owned())]
}

fn number() -> impl Strategy<Value = BigDecimal> {
    (any::<i128>(), 0_i64..60).prop_map(|(digits, scale)| BigDecimal::new(BigInt::from(digits), scale))
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (-4_700..9_999, 1_u32..=366)
        .prop_filter_map("a year without that day", |(year, day)| NaiveDate::from_yo_opt(year, day))
}

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (-200_000_000_000_000_000_i64..200_000_000_000_000_000)
        .prop_filter_map("too far away", DateTime::from_timestamp_micros)
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Fractions that `serde_json` reads exactly without a feature of its own.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn status() -> impl Strategy<Value = OrderStatus> {
    prop_oneof![Just(OrderStatus::New), Just(OrderStatus::InTransit), Just(OrderStatus::HandedOver)]
}

/// A range as PostgreSQL writes it down: with its first value and without its last, or empty.
fn wholes() -> impl Strategy<Value = Ends<i32>> {
    (of(-1_000_000..1_000_000), of(1..1_000_000)).prop_map(|(start, length)| match (start, length) {
        (Some(start), Some(length)) => (Included(start), Excluded(start + length)),
        (Some(start), None) => (Included(start), Unbounded),
        (None, Some(end)) => (Unbounded, Excluded(end)),
        (None, None) => (Excluded(0), Excluded(0)),
    })
}

/// Between instants every form of end is kept.
fn instants() -> impl Strategy<Value = Ends<DateTime<Utc>>> {
    (instant(), 1_i64..1_000_000_000, any::<(bool, bool)>()).prop_map(|(start, length, (first, last))| {
        let end = start + chrono::TimeDelta::microseconds(length);
        (
            if first { Included(start) } else { Excluded(start) },
            if last { Included(end) } else { Excluded(end) },
        )
    })
}

fn address() -> impl Strategy<Value = ipnet::IpNet> {
    prop_oneof![
        (any::<u32>(), 0_u8..=32).prop_map(|(bits, length)| (std::net::IpAddr::V4(bits.into()), length)),
        (any::<u128>(), 0_u8..=128).prop_map(|(bits, length)| (std::net::IpAddr::V6(bits.into()), length)),
    ]
    .prop_filter_map("no such prefix", |(address, length)| ipnet::IpNet::new(address, length).ok())
}

fn numbers() -> impl Strategy<Value = NewMaybe> {
    (
        of(any::<i16>()),
        of(any::<i32>()),
        of(any::<i64>()),
        of(any::<f32>()),
        of(any::<f64>()),
        of(number()),
        of(any::<i64>()),
        of(any::<u64>()),
        of(any::<u32>()),
        of(vec(number(), 0..4)),
    )
        .prop_map(|(small, whole, large, single, double, exact, cash, place, object, exacts)| NewMaybe {
            small,
            whole,
            large,
            single,
            double,
            exact,
            cash: cash.map(PgMoney),
            place: place.map(PgLsn),
            object,
            exacts,
            ..NewMaybe::default()
        })
}

fn times() -> impl Strategy<Value = NewMaybe> {
    let span = any::<(i64, i32, i32)>().prop_map(|(time, days, months)| PgInterval::new(time, days, months));
    let hour = (0_u32..86_400, 0_u32..1_000_000).prop_filter_map("no such time", |(second, micro)| {
        NaiveTime::from_num_seconds_from_midnight_opt(second, micro * 1_000)
    });
    (of(day()), of(hour), of(instant()), of(instant()), of(span), of(instants()), of(wholes())).prop_map(
        |(day, hour, moment, instant, span, instants_between, wholes_between)| NewMaybe {
            day,
            hour,
            moment: moment.map(|moment| moment.naive_utc()),
            instant,
            span,
            instants_between,
            wholes_between,
            ..NewMaybe::default()
        },
    )
}

fn rows() -> impl Strategy<Value = NewMaybe> {
    let words =
        (of(text()), of(document()), of(vec(any::<u8>(), 0..60)), of(vec(of(text()), 0..5)), of(address()));
    let labels =
        (of(status()), of(vec(status(), 0..5)), of(vec(of(Just(Colour::Red)), 0..3)), of(Just(Mood::Sad)));
    let price = of((any::<i64>(), text(), status()));
    let rest = (of(any::<u128>()), of(any::<[u8; 6]>()), of(any::<bool>()), of(vec(any::<i32>(), 0..9)));
    (numbers(), times(), words, labels, price, rest).prop_map(
        |(
            numbers,
            times,
            (words, document, bytes, gaps, host),
            (status, statuses, colours, mood),
            price,
            rest,
        )| {
            let (reference, card, flag, wholes) = rest;
            NewMaybe {
                words,
                document,
                bytes,
                gaps,
                host,
                status,
                statuses,
                colours,
                mood,
                price: price.map(|(cents, currency, status)| Price { cents, currency, status }),
                reference: reference.map(Uuid::from_u128),
                card,
                flag,
                wholes,
                day: times.day,
                hour: times.hour,
                moment: times.moment,
                instant: times.instant,
                span: times.span,
                instants_between: times.instants_between,
                wholes_between: times.wholes_between,
                ..numbers
            }
        },
    )
}

#[test]
fn whatever_goes_in_comes_out() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::with(&schema()));
    let db = runtime.block_on(world.connect());
    let own = world.plain_context(Uuid::now_v7());
    let repository = db.scoped::<Maybe>(&own);
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let strategy = vec(rows(), 1..5);
    let outcome = runner.run(&strategy, |batch| {
        let (inserted, found) = runtime.block_on(async {
            let one = repository.insert(batch[0].clone()).await.unwrap();
            let mut inserted = repository.insert_many(batch[1..].to_vec()).await.unwrap();
            inserted.insert(0, one);
            let keys: Vec<Uuid> = inserted.iter().map(|row| row.id).collect();
            let found = repository.filter(maybes::id.eq_any(keys)).order(maybes::id).load().await.unwrap();
            (inserted, found)
        });
        prop_assert_eq!(&inserted, &found);
        let values: Vec<NewMaybe> = inserted.into_iter().map(Maybe::values).collect();
        prop_assert_eq!(values, batch);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
