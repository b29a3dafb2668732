#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::run("stomp_frame", input));
