//! Stories of the running service, told by real sockets; one a file. What a session decides is tested
//! in `signaling-core`, and what happens in browsers in `web/e2e`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story that can't go on says so by panicking"
)]

mod booked;
mod server;
mod talk;

mod a_booking_changes_while_people_wait;
mod a_cut_at_any_byte_loses_nothing;
mod a_cut_socket_resumes;
mod a_full_buffer_costs_the_resume_only;
mod a_pair_goes_from_lobby_to_ended;
mod a_pause_has_a_cap;
mod a_phone_changes_its_network;
mod a_restart_in_any_phase;
mod a_restart_keeps_the_deadline;
mod a_slow_reader_harms_nobody;
mod a_slow_store_delays_nobody;
mod an_old_socket_never_removes_the_new;
mod bad_frames_get_their_code;
mod ended_arrives_on_time;
mod events_twice_and_reversed;
mod garbage_stops_nobody;
mod it_describes_itself;
mod more_time;
mod operators_see_and_end_sessions;
mod pages_of_applications;
mod relay_credentials_are_renewed;
mod somebody_is_erased;
mod tabs_and_devices;
mod tickets_decide_who_comes_in;
mod two_rust_peers_exchange_bytes;
mod two_rust_peers_renegotiate;
mod who_comes_and_who_does_not;
