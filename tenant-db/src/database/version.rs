//! Versions of migrations: timestamps in UTC, as the diesel command line makes them.

const DAY: u64 = 24 * 60 * 60;

/// The version after `last` and not before `now` (seconds since 1970), or `None` where there is none.
///
/// diesel orders versions as text. Versions that are no timestamps (`00000000000000`, `0001`) are fine as long as they
/// sort before today.
pub(super) fn after(last: &str, now: u64) -> Option<String> {
    let next = parse(last).map_or(now, |seconds| now.max(seconds + 1));
    let version = timestamp(next);
    (version.as_str() > last).then_some(version)
}

/// `YYYYMMDDhhmmss`.
pub(super) fn timestamp(seconds: u64) -> String {
    let (year, month, day) = date(seconds / DAY);
    let second = seconds % DAY;
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

fn parse(version: &str) -> Option<u64> {
    if version.len() != 14 || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| version[range].parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(8..10)?, number(10..12)?, number(12..14)?);
    let valid = year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day);
    valid.then(|| days(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// Year, month and day of a day since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the
/// leap day is the last one.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// The inverse of [`date`].
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_as_they_are_written() {
        assert_eq!(timestamp(0), "19700101000000");
        assert_eq!(timestamp(951_782_400), "20000229000000");
        for seconds in (0..4_000_000_000).step_by(9_876_543) {
            assert_eq!(parse(&timestamp(seconds)), Some(seconds));
        }
    }

    #[test]
    fn a_new_version_sorts_after_the_last_one() {
        let now = 951_782_400;
        assert_eq!(after("", now).as_deref(), Some("20000229000000"));
        assert_eq!(after("0001", now).as_deref(), Some("20000229000000"));
        assert_eq!(after("20001231235959", now).as_deref(), Some("20010101000000"));
        assert_eq!(after("v7", now), None);
    }
}
