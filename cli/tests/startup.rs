//! What stands in the way of starting is said in one line, with exit code 78.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use testkit::{environment, free_ports, program};

/// The exit code of a mistake that a person must put right.
const CONFIG: i32 = 78;

/// Runs the program to its end on `data_dir` and free ports, with `more` variables.
fn rendezvous(args: &[&str], data_dir: &Path, more: &[(&str, String)]) -> Output {
    program()
        .args(args)
        .envs(environment(data_dir, free_ports()))
        .envs(more.iter().map(|(name, value)| (*name, value)))
        .output()
        .unwrap()
}

/// Checks for one line on stderr that holds each of `parts`, nothing on stdout, and code 78.
#[track_caller]
fn assert_one_line(output: &Output, parts: &[&str]) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(CONFIG), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(output.stdout.is_empty(), "{output:?}");
    for part in parts {
        assert!(stderr.contains(part), "no {part:?} in {stderr}");
    }
}

#[test]
fn ops_5_a_port_in_use_is_one_line_that_names_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let more = [("RENDEZVOUS_CHAT_LISTEN", address.clone())];
    for command in ["up", "chat"] {
        let output = rendezvous(&[command], folder.path(), &more);
        assert_one_line(&output, &[&address, "in use", "RENDEZVOUS_CHAT_LISTEN"]);
    }
}

#[test]
fn ops_6_an_unwritable_data_directory_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    // Root writes everywhere, but a file is no directory even for root.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for data_dir in [file.clone(), file.join("below")] {
        let output = rendezvous(&["up"], &data_dir, &[]);
        assert_one_line(&output, &["data directory", "--data-dir"]);
    }
}

#[test]
fn ops_8_two_services_at_one_address_are_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let [port, ..] = free_ports();
    let address = format!("127.0.0.1:{port}");
    let more = [
        ("RENDEZVOUS_CHAT_LISTEN", address.clone()),
        ("RENDEZVOUS_SIGNALING_LISTEN", address.clone()),
    ];
    let output = rendezvous(&["up"], folder.path(), &more);
    assert_one_line(&output, &["signaling.listen", "chat.listen", &address]);
}

#[test]
fn ops_9_an_unknown_key_is_one_line_that_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rendezvous.toml");
    std::fs::write(&file, "[signaling]\nice_server = []\n").unwrap();
    for command in ["up", "signaling", "config"] {
        let args = [command, "--config", file.to_str().unwrap()];
        let output = rendezvous(&args, folder.path(), &[]);
        assert_one_line(
            &output,
            &["`signaling.ice_server`", "`signaling.ice_servers`"],
        );
    }
}

#[test]
fn ops_9_a_file_that_is_not_there_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = rendezvous(&["up", "--config", "/nowhere.toml"], folder.path(), &[]);
    assert_one_line(&output, &["/nowhere.toml"]);
}

#[test]
fn ops_9_the_default_file_is_read_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("rendezvous.toml"),
        "[chatt]\nlisten = 'x'\n",
    )
    .unwrap();
    let output = program()
        .arg("config")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_one_line(&output, &["`chatt.listen`", "`chat.listen`"]);
}

#[test]
fn ops_11_an_unknown_variable_is_one_warning() {
    let folder = tempfile::tempdir().unwrap();
    let more = [("RENDEZVOUS_CHAT_LISTN", "x".to_owned())];
    let output = rendezvous(&["config"], folder.path(), &more);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success());
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("RENDEZVOUS_CHAT_LISTEN"), "{stderr}");
}

#[test]
fn ops_13_config_prints_the_result_with_secrets_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let servers = r#"[{"urls":["turn:turn.example"],"username":"u","credential":"not-for-you"}]"#;
    let more = [
        ("RENDEZVOUS_SIGNALING_ICE_SERVERS", servers.to_owned()),
        (
            "RENDEZVOUS_SCHEDULER_PUBLIC_URL",
            "https://meet.example/".to_owned(),
        ),
    ];
    let output = rendezvous(&["config"], folder.path(), &more);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("turn:turn.example"), "{shown}");
    assert!(!shown.contains("not-for-you"), "{shown}");
    assert!(
        shown.contains("public_url = \"https://meet.example\""),
        "{shown}"
    );
    assert!(
        shown.contains("allowed_origins = [\"https://meet.example\"]"),
        "{shown}"
    );
}
