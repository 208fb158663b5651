//! Durations as text: a number and its unit.

use std::time::Duration;

use crate::error::{Error, Result};

/// What PostgreSQL can keep in a setting: 2³¹ − 1 milliseconds.
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Reads PostgreSQL's way of writing a duration (`500ms`, `30s`, `5min`, `2h`, `1d`). A number without a unit would be
/// seconds to libpq and milliseconds to the server, so only `0` may stand alone; it is none.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] for anything else.
pub(crate) fn parse(name: &str, text: &str) -> Result<Option<Duration>> {
    let unreadable = || {
        Error::invalid_configuration(format!(
            "`{name}` is not a duration; write a whole number and its unit (ms, s, min, h or d), such as `500ms` or `30s`"
        ))
    };
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| unreadable())?;
    let milliseconds: u64 = match unit {
        "" if number == 0 => 1,
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(unreadable()),
    };
    let duration = Duration::from_millis(number.checked_mul(milliseconds).ok_or_else(|| too_long(name))?);
    limit(name, Some(duration))
}

/// Checks a limit: none if it is zero.
///
/// # Errors
///
/// [`Error::InvalidConfiguration`] for what PostgreSQL would round down to no limit, or cannot keep.
pub(crate) fn limit(name: &str, duration: Option<Duration>) -> Result<Option<Duration>> {
    match duration {
        Some(duration) if duration > LONGEST => Err(too_long(name)),
        Some(duration) if !duration.is_zero() && duration < Duration::from_millis(1) => {
            Err(Error::invalid_configuration(format!(
                "`{name}` is shorter than a millisecond; give one or more, or 0 for no limit"
            )))
        }
        duration => Ok(duration.filter(|duration| !duration.is_zero())),
    }
}

fn too_long(name: &str) -> Error {
    Error::invalid_configuration(format!("`{name}` is longer than 24 days; give less, or 0 for no limit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_a_duration() {
        for (text, milliseconds) in
            [("500ms", 500), ("30s", 30_000), ("5min", 300_000), ("2h", 7_200_000), ("1d", 86_400_000)]
        {
            assert_eq!(parse("x", text).unwrap(), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["0", "0s", "0ms"] {
            assert_eq!(parse("x", text).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_the_parameters_name_without_its_value() {
        for text in [
            "",
            "s",
            "30",
            "30 s",
            "30S",
            "1.5s",
            "-1s",
            "+1s",
            "30us",
            "30sec",
            "0x1s",
            "99999999999999999999s",
            "25d",
            "9999999999999999d",
            "३s",
        ] {
            let message = parse("lock_timeout", text).unwrap_err().to_string();
            assert!(message.contains("`lock_timeout`"), "{text}: {message}");
            assert!(text.len() < 4 || !message.replace("`30s`", "").contains(text), "{text}: {message}");
        }
    }

    #[test]
    fn what_would_become_no_limit_is_refused() {
        assert!(limit("x", Some(Duration::from_micros(999))).is_err());
        assert_eq!(limit("x", Some(Duration::ZERO)).unwrap(), None);
    }
}
