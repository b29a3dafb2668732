//! signaling-core
