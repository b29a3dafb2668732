//! Chat: pairs that write to each other, against a server that is known by its address alone. Each message is held against
//! what was promised of it: acknowledged, at both ends, once, in order, with no number left out.

mod audience;
mod client;
mod entry;
mod ledger;
mod lifecycle;
mod options;
mod plan;
mod protocol;
mod room;
mod room_task;
mod run;
mod target;

pub(crate) use entry::ChatEntry;
pub use lifecycle::{run_chat, run_chat_until_interrupted};
pub use options::{ChatOptions, ChatScenario};
pub(crate) use plan::{ChatPlan, MadeRoom};
pub(crate) use protocol::ChatServerProtocol;
pub use target::ChatTarget;
