//! Statements laid out for reading, and the look at each of their tables.

/// Before which a line ends.
const CLAUSES: [&str; 17] = [
    " FROM ",
    " INNER JOIN ",
    " LEFT OUTER JOIN ",
    " WHERE ",
    " GROUP BY ",
    " HAVING ",
    " ORDER BY ",
    " LIMIT ",
    " FOR UPDATE",
    " VALUES ",
    " SET ",
    " ON CONFLICT ",
    " RETURNING ",
    " UNION ",
    " INTERSECT ",
    " EXCEPT ",
    " AND ",
];

/// A line for each clause, further in for each parenthesis.
pub(crate) fn laid_out(sql: &str) -> String {
    let (mut lines, mut depth) = (String::new(), 0_usize);
    for (at, character) in sql.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' if begins_clause(&sql[..at], &sql[at..]) => {
                let further = if sql[at..].starts_with(" AND ") { 2 } else { 1 };
                lines.push('\n');
                lines.push_str(&"  ".repeat(depth + further));
                continue;
            }
            _ => {}
        }
        lines.push(character);
    }
    lines
}

fn begins_clause(before: &str, rest: &str) -> bool {
    // `DELETE FROM` is one word, and so is `DO UPDATE SET`.
    let is_inside = before.ends_with("DELETE") || before.ends_with("DO UPDATE");
    !is_inside && CLAUSES.iter().any(|clause| rest.starts_with(clause))
}

/// How the rows of a table belong to tenants.
enum Owned {
    /// By a column, `tenant_id`.
    Column,
    /// By a parent, through a column.
    Through(&'static str, &'static str),
    Nobody,
}

fn owned(table: &str) -> Owned {
    match table {
        "credentials" => Owned::Through("users", "user_id"),
        "challenges" => Owned::Through("credentials", "credential_id"),
        "countries" => Owned::Nobody,
        _ => Owned::Column,
    }
}

/// A table in a statement, by which name it is called there, and the query that it stands in.
struct Mention<'s> {
    table: &'s str,
    name: &'s str,
    is_inserted_into: bool,
    scope: &'s str,
}

fn mentions(sql: &str) -> Vec<Mention<'_>> {
    let mut mentions = Vec::new();
    for word in ["FROM \"", "JOIN \"", "UPDATE \"", "INTO \""] {
        for (at, _) in sql.match_indices(word) {
            let begin = at + word.len();
            let table = until_quote(&sql[begin..]);
            let behind = &sql[begin + table.len() + 1..];
            let name = behind.strip_prefix(" AS \"").map_or(table, until_quote);
            mentions.push(Mention {
                table,
                name,
                is_inserted_into: word == "INTO \"",
                scope: around(sql, at),
            });
        }
    }
    mentions
}

fn until_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or(text)
}

/// The text between the parentheses around a place, or all of it.
fn around(sql: &str, place: usize) -> &str {
    let (mut depth, mut begin) = (0_i32, 0);
    for (at, character) in sql[..place].char_indices().rev() {
        match character {
            ')' => depth += 1,
            '(' if depth == 0 => {
                begin = at + 1;
                break;
            }
            '(' => depth -= 1,
            _ => {}
        }
    }
    let mut depth = 0_i32;
    for (at, character) in sql[begin..].char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return &sql[begin..begin + at],
            ')' => depth -= 1,
            _ => {}
        }
    }
    &sql[begin..]
}

/// The tables of a statement on which there is no tenant predicate (I5), by the names that it has for them.
pub(crate) fn without_predicate(sql: &str) -> Vec<String> {
    let lacks = |mention: &Mention<'_>| {
        let Mention { table, name, is_inserted_into, scope } = mention;
        let column = format!("\"{name}\".\"tenant_id\" = $");
        // What is selected may be compared as well; only what is compared behind FROM leaves rows out.
        let rest = match scope.split_once(" FROM ") {
            Some((_, rest)) if scope.starts_with("SELECT ") => rest,
            _ => scope,
        };
        match owned(table) {
            Owned::Nobody => false,
            Owned::Column if *is_inserted_into => {
                let named = scope.split(')').next().is_some_and(|columns| columns.contains("(\"tenant_id\""));
                let changed = scope.split(" DO UPDATE ").nth(1);
                !named || changed.is_some_and(|change| !change.contains(&column))
            }
            // Its parent is named by the program, and held by the policy and by what comes back (I6).
            Owned::Through(..) if *is_inserted_into => false,
            // What tells of a row whose it is, so that it can be compared (I6), compares nothing itself.
            _ if name.starts_with("tenant_parent_") && !scope.starts_with("SELECT 1 ") => false,
            Owned::Column => !rest.contains(&column),
            Owned::Through(parent, foreign_key) => {
                let link = format!("EXISTS (SELECT 1 FROM \"{parent}\" AS \"tenant_parent_");
                let key = format!("= \"{name}\".\"{foreign_key}\" AND ");
                !(rest.contains(&link) && rest.contains(&key))
            }
        }
    };
    mentions(sql).iter().filter(|mention| lacks(mention)).map(|mention| mention.name.to_owned()).collect()
}
