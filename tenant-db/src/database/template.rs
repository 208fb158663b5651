//! [`Template`]: SQL from the files next to this module, with names filled in.
//!
//! The longer statements are kept as files so that they read, and can be tried, as SQL. A place is written `{{name}}`
//! and replaced in one pass: what is filled in is never looked at again, so a name cannot smuggle in another place.

/// The values for the places of a template. Values are SQL already: quoted identifiers, literals, expressions.
#[derive(Debug, Clone, Default)]
pub(super) struct Template {
    values: Vec<(&'static str, String)>,
}

impl Template {
    /// The same places, and one more.
    pub(super) fn with(mut self, place: &'static str, sql: impl Into<String>) -> Self {
        self.values.push((place, sql.into()));
        self
    }

    /// The SQL. A place without a value stays as it is, and PostgreSQL refuses it; a test looks for such places.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut sql = String::with_capacity(text.len() * 2);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            sql.push_str(before);
            let Some((place, remaining)) = after.split_once("}}") else {
                sql.push_str("{{");
                rest = after;
                continue;
            };
            match self.values.iter().find(|(name, _)| *name == place) {
                Some((_, value)) => sql.push_str(value),
                None => {
                    sql.push_str("{{");
                    sql.push_str(place);
                    sql.push_str("}}");
                }
            }
            rest = remaining;
        }
        sql.push_str(rest);
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let template = Template::default().with("a", "{{b}}").with("b", "two");
        assert_eq!(template.fill("x {{a}} {{b}} {{c}} {{"), "x {{b}} two {{c}} {{");
    }
}
