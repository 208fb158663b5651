//! [`Key`]: what an attribute's key is called, and the form that it is shown in.

/// A key that an attribute knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// How it is spelt.
    pub(crate) name: &'static str,
    /// What it wants, for "`table` wants …".
    pub(crate) wants: &'static str,
    /// An example to copy.
    pub(crate) example: &'static str,
}

impl Key {
    /// What to say about a value of another form.
    pub(crate) fn wrong_form(&self) -> String {
        format!("`{}` wants {}: write `{}`", self.name, self.wants, self.example)
    }
}
