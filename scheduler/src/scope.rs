//! What an API key is good for. How one is made, stored and found is said elsewhere.

/// What an API key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The sessions and people of one application.
    App,
    /// Operators' tickets, and nothing else.
    Operator,
}

impl Scope {
    /// The word that is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Scope::App => "app",
            Scope::Operator => "operator",
        }
    }

    /// The scope of a stored word.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Scope::App, Scope::Operator]
            .into_iter()
            .find(|scope| scope.name() == name)
    }
}
