//! [`Shape`]: which columns an INSERT of one row names, and which it leaves to their defaults.

/// An INSERT of one row, as diesel writes it: `INSERT INTO "t" ("a", "b") VALUES ($1, DEFAULT)`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// `INSERT INTO "t"`.
    pub(super) into: String,
    /// The columns with a value, quoted, in the order of the parameters.
    pub(super) columns: Vec<String>,
}

impl Shape {
    /// `None` for text of another form.
    pub(super) fn of(sql: &str) -> Option<Self> {
        let (into, rest) = sql.split_at(outside_of_quotes(sql, " (")?);
        let rest = &rest[2..];
        let (columns, rest) = rest.split_at(outside_of_quotes(rest, ")")?);
        let values = rest.strip_prefix(") VALUES (")?.strip_suffix(")")?;
        let (mut parameters, mut kept) = (0, Vec::new());
        let mut columns = split(columns).into_iter();
        for value in values.split(", ") {
            let column = columns.next()?;
            if value == "DEFAULT" {
                continue;
            }
            parameters += 1;
            if value != format!("${parameters}") {
                return None;
            }
            kept.push(column.to_owned());
        }
        columns.next().is_none().then(|| Self { into: into.to_owned(), columns: kept })
    }
}

/// Quoted names with commas between them.
fn split(mut names: &str) -> Vec<&str> {
    let mut all = Vec::new();
    while let Some(end) = outside_of_quotes(names, ", ") {
        all.push(&names[..end]);
        names = &names[end + 2..];
    }
    all.push(names);
    all
}

/// Where `wanted` is first, outside of quoted names. A quote in a name is doubled.
fn outside_of_quotes(text: &str, wanted: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, character)| {
        if character == '"' {
            quoted = !quoted;
        }
        (!quoted && text[at..].starts_with(wanted)).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_that_have_values_are_found() {
        let shape = |sql| Shape::of(sql).map(|shape| (shape.into, shape.columns.join("|")));
        assert_eq!(
            shape(r#"INSERT INTO "s"."t" ("tenant_id", "a", "b") VALUES ($1, DEFAULT, $2)"#),
            Some((r#"INSERT INTO "s"."t""#.to_owned(), r#""tenant_id"|"b""#.to_owned()))
        );
        assert_eq!(
            shape(r#"INSERT INTO "odd (" ("a, ""b"") VALUES (", "c)") VALUES ($1, $2)"#),
            Some((r#"INSERT INTO "odd (""#.to_owned(), r#""a, ""b"") VALUES ("|"c)""#.to_owned()))
        );
        for sql in [
            r#"INSERT INTO "t" DEFAULT VALUES"#,
            r#"INSERT INTO "t" ("a") VALUES (lower($1))"#,
            r#"INSERT INTO "t" ("a", "b") VALUES ($1)"#,
            r#"INSERT INTO "t" ("a") VALUES ($1), ($2)"#,
            r#"INSERT INTO "t" ("a", "b") VALUES ($2, $1)"#,
        ] {
            assert_eq!(shape(sql), None, "{sql}");
        }
    }
}
