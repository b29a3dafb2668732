//! The credentials that operations are asked for with.

/// Who may ask, by what they show as `Authorization: Bearer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthScheme {
    /// An application's back end, by its API key.
    Application,
    /// One of the two of a session, by the access that a join link was traded for.
    Person,
    /// A person, by their ticket for this service.
    Guest,
    /// An operator, by a ticket that says so.
    Operator,
    /// An operator's tool, by an API key of that scope.
    OperatorKey,
    /// Another service of the installation.
    Service,
}

impl AuthScheme {
    pub(super) const ALL: [AuthScheme; 6] = [
        AuthScheme::Application,
        AuthScheme::Person,
        AuthScheme::Guest,
        AuthScheme::Operator,
        AuthScheme::OperatorKey,
        AuthScheme::Service,
    ];

    /// The credential's name in the document.
    pub(super) fn name(self) -> &'static str {
        match self {
            AuthScheme::Application => "api_key",
            AuthScheme::Person => "access",
            AuthScheme::Guest => "ticket",
            AuthScheme::Operator => "operator_ticket",
            AuthScheme::OperatorKey => "operator_key",
            AuthScheme::Service => "events_secret",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            AuthScheme::Application => "An application's API key, `rk_…`.",
            AuthScheme::Person => "What `POST /v1/join` gave for the token of a join link.",
            AuthScheme::Guest => "A ticket for this service (JWT, EdDSA), signed by the scheduler.",
            AuthScheme::Operator => "A ticket whose `aud` is `operator` (JWT, EdDSA).",
            AuthScheme::OperatorKey => {
                "An API key with the scope of operators, `rk_…`; it gets tickets and no more."
            }
            AuthScheme::Service => "The secret that the services of one installation share.",
        }
    }

    pub(super) fn is_jwt(self) -> bool {
        matches!(self, AuthScheme::Guest | AuthScheme::Operator)
    }
}
