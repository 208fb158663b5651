//! [`Case`]: how a variant's name becomes a label, as in serde.

/// A style of `rename_all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

const CASES: &[(&str, Case)] = &[
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// The style that is called so.
    pub(super) fn named(name: &str) -> Option<Self> {
        CASES.iter().find(|(known, _)| *known == name).map(|(_, case)| *case)
    }

    /// What the styles are called.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        CASES.iter().map(|(name, _)| *name)
    }

    /// The label of a variant.
    pub(super) fn label(self, variant: &str) -> String {
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_lowercase(),
            Self::Upper => variant.to_uppercase(),
            Self::Camel => {
                let mut characters = variant.chars();
                characters.next().map(char::to_lowercase).into_iter().flatten().chain(characters).collect()
            }
            Self::Snake => separated(variant, '_'),
            Self::ScreamingSnake => separated(variant, '_').to_uppercase(),
            Self::Kebab => separated(variant, '-'),
            Self::ScreamingKebab => separated(variant, '-').to_uppercase(),
        }
    }
}

/// Small letters, with a separator before each that was a capital.
pub(super) fn separated(name: &str, separator: char) -> String {
    let mut label = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !label.is_empty() {
            label.push(separator);
        }
        label.extend(character.to_lowercase());
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_writes_a_variant_as_its_own_name_is_written() {
        let written: Vec<String> = CASES.iter().map(|(_, case)| case.label("InTransit")).collect();
        assert_eq!(
            written,
            [
                "intransit",
                "INTRANSIT",
                "InTransit",
                "inTransit",
                "in_transit",
                "IN_TRANSIT",
                "in-transit",
                "IN-TRANSIT"
            ]
        );
    }

    #[test]
    fn a_style_is_found_by_its_name_only() {
        assert_eq!(Case::named("kebab-case"), Some(Case::Kebab));
        assert_eq!(Case::named("kebab_case"), None);
        assert_eq!(Case::names().count(), CASES.len());
    }
}
