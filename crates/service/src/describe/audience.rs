//! For whom a route is, as the table has it: what the listeners of a service are told.

use super::auth_scheme::AuthScheme;

/// One method at one path, and who may ask.
#[derive(Debug, Clone, Copy)]
pub struct RouteAudience {
    /// In lower case, as OpenAPI writes it.
    pub method: &'static str,
    /// As the router has it, `/v1/sessions/{id}`.
    pub path: &'static str,
    pub(super) auth: &'static [AuthScheme],
}

impl RouteAudience {
    /// An operator may ask, perhaps others too.
    #[must_use]
    pub fn is_for_operators(&self) -> bool {
        self.auth.iter().any(is_operators)
    }

    /// Nobody but an operator may ask.
    #[must_use]
    pub fn is_operators_alone(&self) -> bool {
        self.is_for_operators() && self.auth.iter().all(is_operators)
    }
}

fn is_operators(scheme: &AuthScheme) -> bool {
    matches!(scheme, AuthScheme::Operator | AuthScheme::OperatorKey)
}
