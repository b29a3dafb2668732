//! What Rendezvous is measured against, and with: a bare relay, and the two costs that the bars allow
//! on top of it. Run by `tools/bench/run.py`; nothing of it is in the product.

pub mod commits;
pub mod relay;
pub mod tickets;
