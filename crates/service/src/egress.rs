//! The one guard of everything that calls out to an address which a stranger chose: webhooks and web push.
//!
//! [`EgressPolicy::check_url`] refuses what can be seen without asking anybody. [`EgressClient`] resolves a name once,
//! refuses it if any of its addresses is special, and connects to one that it has checked: there is no second lookup
//! that could answer otherwise. Requests among our own services don't come through here.

mod client;
mod policy;
mod resolver;
mod url;

pub use self::client::{EgressAnswer, EgressClient, EgressError, EgressLimits};
pub use self::policy::EgressPolicy;
pub use self::url::{EgressRefusal, EgressUrl};
