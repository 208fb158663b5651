//! "did you mean …": the nearest of the known names.

/// The end of an error about an unknown name: a suggestion where one is near enough, else nothing.
pub(crate) fn did_you_mean(unknown: &str, known: &[&str]) -> String {
    nearest(unknown, known).map(|name| format!(", did you mean `{name}`?")).unwrap_or_default()
}

/// `` `a`, `b`, `c` ``.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The known name with the fewest typing mistakes, if those are few for its length.
fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (mistakes(unknown, name), *name))
        .filter(|(mistakes, name)| *mistakes <= ((name.len() + 1) / 3).max(1))
        .min_by_key(|(mistakes, _)| *mistakes)
        .map(|(_, name)| name)
}

/// Levenshtein's distance: insertions, deletions and replacements that turn one word into the other.
fn mistakes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, left) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (at, right) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_typing_mistake_is_recognised() {
        assert_eq!(did_you_mean("tabel", &["table", "column"]), ", did you mean `table`?".to_owned());
        assert_eq!(did_you_mean("primarykey", &["table", "primary_key"]), ", did you mean `primary_key`?");
        assert_eq!(did_you_mean("ky", &["key"]), ", did you mean `key`?");
    }

    #[test]
    fn a_name_that_resembles_none_gets_no_suggestion() {
        assert_eq!(did_you_mean("colour", &["table", "key"]), "");
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(names(["a", "b"]), "`a`, `b`");
    }
}
