#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::run("openvidu_webhook", input));
