//! Outgoing webhooks: which endpoints an application has, what they are told of, and what becomes of one that does not
//! answer. Signing and sending are not here.

mod answer;
mod body;
mod checks;
pub(crate) mod endpoint;
mod outgoing;
mod planning;

pub use answer::answer_of;
pub use body::webhook_body;
pub use checks::{
    CheckedListener, CheckedWebhook, UrlVerdict, change_webhook, check_listener, check_webhook,
};
pub use endpoint::{
    DisableReason, LISTENER_LIFE_MS, MAX_LISTENERS, MAX_WEBHOOKS, WebhookEndpoint, WebhookTarget,
    listener_that_gives_way,
};
pub(crate) use outgoing::{outgoing, outgoing_entry};
pub use planning::{plan_webhooks, test_event};

/// Waits after each attempt that failed, in milliseconds: the example of Standard Webhooks 1.0, at once and then after 5 s,
/// 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, which makes ten attempts in 75 h 35 min.
pub const WEBHOOK_WAITS_MS: [i64; 9] = [
    5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000,
    86_400_000,
];
