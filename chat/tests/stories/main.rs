//! Real sockets against a running chat, one story a module.

mod bad_frames;
mod bad_ids;
mod blocked;
mod both_see_it;
mod closed;
mod coming_back;
mod erased;
mod events;
mod export;
mod flapping;
mod groups;
mod it_describes_itself;
mod killed;
mod not_a_member;
mod over_http;
mod retries;
mod rooms_away;
mod rooms_on_a_server;
mod server;
mod slow_reader;
mod stomp;
mod sync;
mod taken_back;
mod tickets;
mod transports;
