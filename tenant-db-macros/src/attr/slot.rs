//! [`Slot`]: the value of a key that may be given once; [`Slots`]: those of one that may be given several times.

use syn::Ident;

use crate::ctxt::Ctxt;

/// What was written for a key.
#[derive(Debug, Default)]
pub(crate) enum Slot<T> {
    /// Nothing.
    #[default]
    Absent,
    /// Something that was reported as an error: nothing else should be said about its absence.
    Broken,
    /// A value, and the key to underline.
    Given(Ident, T),
}

impl<T> Slot<T> {
    /// Takes what was read for `key`; `None` where it was reported already.
    pub(crate) fn set(&mut self, ctxt: &Ctxt, key: &Ident, value: Option<T>) {
        if !matches!(self, Self::Absent) {
            ctxt.error(key, format_args!("`{key}` is given twice: keep one of the two"));
            return;
        }
        *self = match value {
            Some(value) => Self::Given(key.clone(), value),
            None => Self::Broken,
        };
    }

    /// The value.
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Self::Given(_, value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    /// The value, taken out.
    pub(crate) fn into_value(self) -> Option<T> {
        match self {
            Self::Given(_, value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    /// The key where it was written with a usable value.
    pub(crate) fn key(&self) -> Option<&Ident> {
        match self {
            Self::Given(key, _) => Some(key),
            Self::Absent | Self::Broken => None,
        }
    }

    /// Whether the key was not written at all.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// What was written for a key, each time.
#[derive(Debug)]
pub(crate) struct Slots<T>(Vec<(Ident, T)>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Slots<T> {
    /// Takes what was read for `key`; `None` where it was reported already.
    pub(crate) fn push(&mut self, key: &Ident, value: Option<T>) {
        self.0.extend(value.map(|value| (key.clone(), value)));
    }

    /// The values, and the keys to underline.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Ident, T)> {
        self.0.iter()
    }

    /// The values, taken out.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.0.into_iter().map(|(_, value)| value).collect()
    }
}
