//! chat-core
