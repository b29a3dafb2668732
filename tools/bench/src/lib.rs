//! What Rendezvous is measured against, and with: a bare relay, the costs that the bars allow on top of it, and
//! bare loops of the scheduler's statements. Run by `tools/bench/run.py`; nothing of it is in the product.

pub mod commits;
pub mod databases;
pub mod feeds;
pub mod message_commits;
pub mod relay;
pub mod sign_ins;
pub mod smtp_sink;
pub mod store_size;
pub mod tickets;
