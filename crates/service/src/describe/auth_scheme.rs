//! The credentials that operations are asked for with.

/// Who may ask, by what they show: a cookie of their login, or else `Authorization: Bearer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthScheme {
    /// An application's back end, by its API key.
    Application,
    /// One of the two of a session, by the access that a join link was traded for.
    Person,
    /// A person with an account, by the cookie of their login.
    Login,
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
    pub(super) const ALL: [AuthScheme; 7] = [
        AuthScheme::Application,
        AuthScheme::Person,
        AuthScheme::Login,
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
            AuthScheme::Login => "login",
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
            AuthScheme::Login => {
                "The cookie that `POST /v1/login` gave; `__Host-rendezvous` over HTTPS. What changes anything needs \
                 the web front end's `Origin` beside it."
            }
            AuthScheme::Guest => "A ticket for this service (JWT, EdDSA), signed by the scheduler.",
            AuthScheme::Operator => "A ticket whose `aud` is `operator` (JWT, EdDSA).",
            AuthScheme::OperatorKey => {
                "An API key with the scope of operators, `rk_…`; it gets tickets and no more."
            }
            AuthScheme::Service => "The secret that the services of one installation share.",
        }
    }

    /// The name of the cookie, where it is one.
    pub(super) fn cookie(self) -> Option<&'static str> {
        (self == AuthScheme::Login).then_some("rendezvous")
    }

    pub(super) fn is_jwt(self) -> bool {
        matches!(self, AuthScheme::Guest | AuthScheme::Operator)
    }
}
