//! Rows of values.

use std::ops::Bound::{Excluded, Included, Unbounded};

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::data_types::{PgInterval, PgMoney};
use diesel::pg::data_types::PgLsn;
use serde_json::json;
use uuid::Uuid;

use crate::enums::{Colour, Mood, OrderStatus};
use crate::kinds::NewKind;
use crate::prices::Price;

/// A number as PostgreSQL writes it.
///
/// # Panics
///
/// Where it is none.
#[must_use]
#[allow(clippy::expect_used, reason = "the tests' own numbers are numbers")]
pub fn exact(digits: &str) -> BigDecimal {
    digits.parse().expect("a number")
}

fn moment() -> NaiveDateTime {
    DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap_or_default().naive_utc()
}

/// Values in the middle of their types.
///
/// # Panics
///
/// Does not.
#[must_use]
#[allow(clippy::expect_used, reason = "the tests' own values are values")]
pub fn ordinary() -> NewKind {
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a leap day");
    let date = time::Date::from_calendar_date(2024, time::Month::February, 29).expect("a leap day");
    let clock = time::Time::from_hms_micro(23, 59, 59, 999_999).expect("a time");
    NewKind {
        small: 7,
        whole: -8,
        large: 9_000_000_000,
        single: 1.5,
        double: -2.25,
        exact: exact("12345.67890"),
        flag: true,
        words: "Grüße, \"quoted\" and 'quoted'\n".into(),
        varying: "varying".into(),
        fixed: "abcd".into(),
        byte: b'x',
        folded: "Folded".into(),
        day,
        hour: NaiveTime::from_hms_micro_opt(1, 2, 3, 456_789).expect("a time"),
        moment: moment(),
        instant: moment().and_utc(),
        day_too: date,
        hour_too: clock,
        moment_too: time::PrimitiveDateTime::new(date, clock),
        instant_too: time::PrimitiveDateTime::new(date, clock).assume_utc(),
        span: PgInterval::new(1_000_001, 2, 3),
        document: json!({ "a": [1, null, "x"], "b": { "c": true } }),
        bytes: vec![0, 1, 255],
        reference: Uuid::from_u128(42),
        host: "192.168.1.7/24".parse().expect("an address"),
        network: "2001:db8::/32".parse().expect("a network"),
        card: [8, 0, 43, 1, 2, 3],
        card_too: [8, 0, 43, 1, 2, 3, 4, 5],
        cash: PgMoney(123_456),
        place: PgLsn(0x16_B374_D848),
        object: 4_000_000_000,
        status: OrderStatus::InTransit,
        colour: Colour::DarkGreen,
        mood: Mood::Glad,
        price: Price { cents: 1_999, currency: "EUR".into(), status: OrderStatus::HandedOver },
        percentage: 50,
        email: "Ada@Example.com".into(),
        wholes: vec![1, 2, 3],
        gaps: vec![Some("a".into()), None, Some(String::new())],
        statuses: vec![OrderStatus::New, OrderStatus::HandedOver],
        colours: vec![Some(Colour::Red), None],
        exacts: vec![exact("0.1"), exact("-1000000")],
        wholes_between: (Included(1), Excluded(5)),
        larges_between: (Included(-5), Excluded(5_000_000_000)),
        exacts_between: (Excluded(exact("0.5")), Included(exact("1.5"))),
        days_between: (Included(day), Excluded(day.succ_opt().expect("a day"))),
        moments_between: (Included(moment()), Included(moment())),
        instants_between: (Included(moment().and_utc()), Unbounded),
    }
}

/// The smallest values, and empty ones.
///
/// # Panics
///
/// Does not.
#[must_use]
#[allow(clippy::expect_used, reason = "the tests' own values are values")]
pub fn smallest() -> NewKind {
    let day = NaiveDate::from_ymd_opt(-4712, 1, 1).expect("the first day of PostgreSQL");
    let midnight = NaiveTime::MIN;
    NewKind {
        small: i16::MIN,
        whole: i32::MIN,
        large: i64::MIN,
        single: f32::NEG_INFINITY,
        double: f64::MIN,
        exact: exact(&format!("-0.{}1", "0".repeat(300))),
        flag: false,
        words: String::new(),
        varying: String::new(),
        fixed: "    ".into(),
        byte: 1,
        folded: String::new(),
        day,
        hour: midnight,
        moment: day.and_time(midnight),
        instant: day.and_time(midnight).and_utc(),
        day_too: time::Date::from_calendar_date(-4712, time::Month::January, 1).expect("a day"),
        hour_too: time::Time::MIDNIGHT,
        span: PgInterval::new(i64::MIN, i32::MIN, i32::MIN),
        document: json!(null),
        bytes: Vec::new(),
        reference: Uuid::nil(),
        host: "::/0".parse().expect("an address"),
        network: "0.0.0.0/0".parse().expect("a network"),
        card: [0; 6],
        card_too: [0; 8],
        cash: PgMoney(i64::MIN),
        place: PgLsn(0),
        object: 0,
        status: OrderStatus::New,
        colour: Colour::Red,
        mood: Mood::Sad,
        price: Price { cents: i64::MIN, currency: String::new(), status: OrderStatus::New },
        percentage: 0,
        email: "@".into(),
        wholes: Vec::new(),
        gaps: Vec::new(),
        statuses: Vec::new(),
        colours: Vec::new(),
        exacts: Vec::new(),
        // What PostgreSQL calls empty comes back so.
        wholes_between: (Excluded(0), Excluded(0)),
        larges_between: (Unbounded, Unbounded),
        exacts_between: (Unbounded, Included(exact("0"))),
        days_between: (Unbounded, Excluded(day)),
        moments_between: (Unbounded, Unbounded),
        instants_between: (Unbounded, Excluded(moment().and_utc())),
        ..ordinary()
    }
}

/// The largest values.
///
/// # Panics
///
/// Does not.
#[must_use]
#[allow(clippy::expect_used, reason = "the tests' own values are values")]
pub fn largest() -> NewKind {
    let day = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day");
    let clock = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    NewKind {
        small: i16::MAX,
        whole: i32::MAX,
        large: i64::MAX,
        single: f32::MAX,
        double: f64::INFINITY,
        exact: exact(&format!("{}.{}", "9".repeat(1_000), "9".repeat(1_000))),
        words: "𝄞".repeat(100_000),
        varying: "ß".repeat(300),
        byte: 255,
        day,
        hour: clock,
        moment: day.and_time(clock),
        instant: day.and_time(clock).and_utc(),
        span: PgInterval::new(i64::MAX, i32::MAX, i32::MAX),
        document: json!({ "deep": { "er": [[[[[[1.25e10]]]]]] }, "": "" }),
        bytes: vec![0xAB; 1_000_000],
        reference: Uuid::max(),
        cash: PgMoney(i64::MAX),
        place: PgLsn(u64::MAX),
        object: u32::MAX,
        percentage: 100,
        wholes: vec![i32::MAX; 10_000],
        gaps: vec![None; 1_000],
        statuses: vec![OrderStatus::InTransit; 1_000],
        wholes_between: (Included(i32::MIN), Excluded(i32::MAX)),
        larges_between: (Included(i64::MIN), Unbounded),
        ..ordinary()
    }
}
