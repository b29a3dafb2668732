//! Stories of the running service, told by real sockets; one a file. What a session decides is tested
//! in `signaling-core`, and what happens in browsers in `web/e2e`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story that can't go on says so by panicking"
)]

mod server;

mod a_cut_socket_resumes;
mod a_pair_goes_from_lobby_to_ended;
mod a_restart_keeps_the_deadline;
mod a_slow_reader_harms_nobody;
mod a_slow_store_delays_nobody;
mod an_old_socket_never_removes_the_new;
mod bad_frames_get_their_code;
mod ended_arrives_on_time;
mod events_twice_and_reversed;
mod it_describes_itself;
mod operators_see_and_end_sessions;
mod tickets_decide_who_comes_in;
mod two_rust_peers_exchange_bytes;
