//! The few values that programs are made of. They are few, so that tenants meet: the same keys, names and numbers
//! belong to all of them at once.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;
use uuid::Uuid;

/// Something of which there are random ones.
pub(crate) trait Value: Clone + fmt::Debug + Send + Sync + 'static {
    /// All of them.
    fn values() -> SBoxedStrategy<Self>;

    /// Simpler ones, of which each is tried in place of this one.
    fn smaller(&self) -> Vec<Self> {
        Vec::new()
    }
}

/// The simplest of all values, unless this is it.
fn simplest<T: PartialEq>(value: &T, simplest: T) -> Vec<T> {
    if *value == simplest { Vec::new() } else { vec![simplest] }
}

/// The key of a row in a table with a tenant column: the same for every tenant.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Key(pub(crate) u8);

impl Key {
    pub(crate) fn uuid(self) -> Uuid {
        Uuid::from_u128(self.0.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key({})", self.0)
    }
}

impl Value for Key {
    fn values() -> SBoxedStrategy<Self> {
        (1..=6_u8).prop_map(Key).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, Self(1))
    }
}

/// The key of a row in a table that is reached through a parent, and of its parents. Without a tenant column it is nobody
/// else's, so it may be that of a row of another tenant.
#[derive(Clone, Copy)]
pub(crate) struct Global {
    pub(crate) theirs: bool,
    pub(crate) number: u8,
}

impl fmt::Debug for Global {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", if self.theirs { "their_key" } else { "own_key" }, self.number)
    }
}

impl Value for Global {
    fn values() -> SBoxedStrategy<Self> {
        (prop::bool::weighted(0.2), 1..=4_u8).prop_map(|(theirs, number)| Self { theirs, number }).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        let mut smaller =
            simplest(&self.number, 1).into_iter().map(|number| Self { number, ..*self }).collect();
        if self.theirs {
            Vec::push(&mut smaller, Self { theirs: false, ..*self });
        }
        smaller
    }
}

/// The key of a row that is being added to such a table.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Own(pub(crate) u8);

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "own_key({})", self.0)
    }
}

impl Value for Own {
    fn values() -> SBoxedStrategy<Self> {
        (1..=6_u8).prop_map(Own).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, Self(1))
    }
}

/// A text.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Name(pub(crate) u8);

pub(crate) const NAMES: [&str; 6] = ["ada", "bob", "cyd", "dot", "eve", "fay"];

impl Name {
    pub(crate) fn text(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl Value for Name {
    fn values() -> SBoxedStrategy<Self> {
        (0..6_u8).prop_map(Name).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, Self(0))
    }
}

/// A number, around those that rows begin with. Of other tenants they are larger by hundreds.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Number(pub(crate) i32);

impl Number {
    pub(crate) fn value(self) -> i32 {
        self.0
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Number {
    fn values() -> SBoxedStrategy<Self> {
        prop_oneof![4 => 1..=5_i32, 2 => 10..=40_i32, 1 => -3..=0_i32, 1 => 100..=300_i32]
            .prop_map(Number)
            .sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, Self(1))
    }
}

/// The version of a row: most are new.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Version(pub(crate) i32);

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Version {
    fn values() -> SBoxedStrategy<Self> {
        prop_oneof![3 => Just(1), 1 => 2..=3].prop_map(Version).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, Self(1))
    }
}

/// How many rows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Rows(pub(crate) u8);

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Rows {
    fn values() -> SBoxedStrategy<Self> {
        (0..=4_u8).prop_map(Rows).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, Self(4))
    }
}

impl From<Rows> for i64 {
    fn from(Rows(rows): Rows) -> Self {
        rows.into()
    }
}

impl Value for bool {
    fn values() -> SBoxedStrategy<Self> {
        any::<bool>().sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, false)
    }
}

impl Value for u8 {
    fn values() -> SBoxedStrategy<Self> {
        (0..4_u8).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        simplest(self, 0)
    }
}

impl<T: Value> Value for Option<T> {
    fn values() -> SBoxedStrategy<Self> {
        prop::option::of(T::values()).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        self.iter()
            .flat_map(|value| [None].into_iter().chain(value.smaller().into_iter().map(Some)))
            .collect()
    }
}

impl<T: Value> Value for Vec<T> {
    fn values() -> SBoxedStrategy<Self> {
        vec(T::values(), 0..=3).sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        fewer_or_smaller(self)
    }
}

/// Lists without one of the values, and lists with a simpler one.
pub(crate) fn fewer_or_smaller<T: Value>(all: &[T]) -> Vec<Vec<T>> {
    let without = (0..all.len()).map(|at| {
        let mut fewer = all.to_vec();
        fewer.remove(at);
        fewer
    });
    let with = all.iter().enumerate().flat_map(|(at, value)| {
        value.smaller().into_iter().map(move |simpler| {
            let mut all = all.to_vec();
            all[at] = simpler;
            all
        })
    });
    without.chain(with).collect()
}

/// One of several, of which the first is the simplest.
pub(crate) fn one_of<T: fmt::Debug + 'static>(all: Vec<SBoxedStrategy<T>>) -> SBoxedStrategy<T> {
    proptest::strategy::Union::new(all).sboxed()
}

/// An enum of things that are done or asked, each with random values: its name, how it reads, and what it is.
///
/// One arm is all that a new one takes: `Name(field: Type, …) |at| expression;`. The expression is what runs and what is
/// printed.
macro_rules! choices {
    (
        $(#[$doc:meta])*
        $name:ident -> $output:ident by $wrap:path {
            $($variant:ident($($field:ident: $type:ty),* $(,)?) |$at:ident| $work:expr;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        #[allow(clippy::enum_variant_names, reason = "verbs are counted by the names of their variants alone")]
        pub(crate) enum $name {
            $($variant { $($field: $type),* }),+
        }

        impl $crate::values::Value for $name {
            fn values() -> proptest::strategy::SBoxedStrategy<Self> {
                use proptest::strategy::{Just, Strategy as _};
                $crate::values::one_of(vec![$(
                    (Just(()), $(<$type as $crate::values::Value>::values(),)*)
                        .prop_map(|((), $($field,)*)| Self::$variant { $($field),* })
                        .sboxed()
                ),+])
            }

            #[allow(unused_mut, reason = "some have no values")]
            fn smaller(&self) -> Vec<Self> {
                match self {
                    $(Self::$variant { $($field),* } => {
                        let mut all = Vec::new();
                        $(for simpler in $crate::values::Value::smaller($field) {
                            let mut smaller = self.clone();
                            if let Self::$variant { $field: value, .. } = &mut smaller {
                                *value = simpler;
                            }
                            all.push(smaller);
                        })*
                        all
                    })+
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant { $($field),* } => {
                        $crate::values::reads(f, stringify!($work), &[$((stringify!($field), $field)),*])
                    })+
                }
            }
        }

        impl $name {
            /// The variant's name.
            #[allow(dead_code, reason = "conditions are not counted")]
            pub(crate) fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($variant)),+
                }
            }

            /// What it is, where and for whom it is meant.
            #[allow(unused_variables, clippy::redundant_closure_call, reason = "most values need no place")]
            pub(crate) fn make<'a>(&self, at: $crate::at::At<'a>) -> $output<'a> {
                match self.clone() {
                    $(Self::$variant { $($field),* } => {
                        let $at = at;
                        $wrap($work)
                    })+
                }
            }
        }
    };
}
pub(crate) use choices;

/// Code, in which the names of values are replaced by the values.
pub(crate) fn reads(
    f: &mut fmt::Formatter<'_>,
    code: &str,
    values: &[(&str, &dyn fmt::Debug)],
) -> fmt::Result {
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    let (mut rest, mut line) = (code, String::new());
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ if is_of_word(character) => rest.find(|other| !is_of_word(other)).unwrap_or(rest.len()),
            _ => character.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        // `a.name`, `table::name` and `name: value` are no values.
        let is_member = line.ends_with(['.', ':']) || after.starts_with(':');
        match values.iter().find(|(name, _)| *name == token && !is_member) {
            Some((_, value)) => {
                line.push_str(&format!("{value:?}"));
                // How it becomes what a query takes is of no interest.
                let how = [".uuid()", ".text()", ".into()", ".0"];
                rest = how.iter().find_map(|how| after.strip_prefix(how)).unwrap_or(after);
            }
            None if token.trim().is_empty() && line.ends_with([' ', '(']) => {}
            None if token.trim().is_empty() => line.push(' '),
            None => line.push_str(token),
        }
    }
    f.write_str(line.trim_end())
}
