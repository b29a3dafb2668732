//! Real sockets against a running chat, one story a module.

mod both_see_it;
mod server;
