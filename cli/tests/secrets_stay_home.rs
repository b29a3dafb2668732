//! Secrets are where they are needed and nowhere else: not in what other processes can read of ours, and in no file that others may read.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use testkit::{Stack, StackOptions, environment, free_ports, program};

/// Secrets of every kind that a setting can hold, by their variables.
const CANARIES: [(&str, &str); 4] = [
    (
        "RENDEZVOUS_TURN_SECRETS",
        "canary-turn-0123456789-0123456789-0123",
    ),
    (
        "RENDEZVOUS_LIVEKIT_API_SECRET",
        "canary-livekit-0123456789-0123456789-01",
    ),
    (
        "RENDEZVOUS_SIGNALING_ICE_SERVERS",
        r#"[{"urls":["turn:127.0.0.1:9"],"username":"u","credential":"canary-ice-0123456789"}]"#,
    ),
    ("RENDEZVOUS_OPENVIDU_SECRET", "canary-openvidu-0123456789"),
];

#[tokio::test]
async fn ops_36_no_secret_stands_in_the_arguments_or_environment_of_a_child() {
    let more = [
        ("RENDEZVOUS_LIVEKIT_URL", "http://127.0.0.1:9"),
        ("RENDEZVOUS_LIVEKIT_API_KEY", "named"),
        ("RENDEZVOUS_OPENVIDU_URL", "http://127.0.0.1:9"),
        (
            "RENDEZVOUS_OPENVIDU_WEBHOOK_AUTHORIZATION",
            "canary-webhook-0123456789-0123456789",
        ),
    ];
    let env = CANARIES.iter().chain(&more);
    let stack = Stack::start_with(StackOptions {
        env: env
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
        ..StackOptions::default()
    })
    .await;
    let read = |pid: u32, what: &str| {
        String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/{what}")).unwrap()).into_owned()
    };
    let own = read(stack.pid(), "environ");
    assert!(
        own.contains("canary-livekit"),
        "the test looks where secrets would be"
    );
    for name in ["scheduler", "signaling", "chat", "turn"] {
        let pid = stack.child_named(name).unwrap();
        for what in ["cmdline", "environ"] {
            let text = read(pid, what);
            assert!(
                !text.contains("canary") && !text.contains("RENDEZVOUS_"),
                "{name}: {what}: {text}"
            );
        }
    }
}

#[test]
fn ops_37_a_secret_on_the_command_line_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for key in [
        "turn.secrets",
        "livekit.api_secret",
        "openvidu.secret",
        "signaling.ice_servers",
    ] {
        let output = run(
            folder.path(),
            &["config", "--set", &format!("{key}=canary")],
        );
        assert_refused(&output, key);
    }
}

#[test]
fn ops_37_a_settings_file_with_secrets_that_others_may_read_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let file_name = file.to_str().unwrap();
    let secret = "[turn]\nsecrets = ['0123456789-0123456789-0123456789']\n";
    for (text, mode, is_taken) in [
        (secret, 0o644, false),
        (secret, 0o660, false),
        (secret, 0o600, true),
        ("[chat]\nlisten = '127.0.0.1:1'\n", 0o644, true),
    ] {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let output = run(folder.path(), &["--config", file_name, "config"]);
        match is_taken {
            true => assert!(output.status.success(), "{output:?}"),
            false => assert_refused(&output, "mine.toml"),
        }
    }
}

#[test]
fn ops_37_a_key_that_others_may_read_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["keys", "rotate"]).status.success());
    let keys = folder.path().join("keys");
    let key = fs::read_dir(&keys).unwrap().next().unwrap().unwrap().path();
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let output = run(folder.path(), &["scheduler"]);
    assert_refused(&output, key.file_name().unwrap().to_str().unwrap());
}

#[test]
fn ops_38_the_data_directory_is_private_under_any_umask() {
    for umask in ["000", "022", "0777"] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let script = format!("umask {umask}; exec \"$@\"");
        let command = program();
        let output = std::process::Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(command.get_program())
            .args(["keys", "create", "--name", "application"])
            .env("RENDEZVOUS_DATA_DIR", &data)
            .output()
            .unwrap();
        assert!(output.status.success(), "{umask}: {output:?}");
        for entry in [data.clone()].into_iter().chain(all_below(&data)) {
            let found = fs::metadata(&entry).unwrap();
            let due = if found.is_dir() { 0o700 } else { 0o600 };
            let mode = found.permissions().mode() & 0o777;
            assert_eq!(
                mode & 0o077,
                0,
                "{umask}: {} is {mode:03o}",
                entry.display()
            );
            assert!(
                umask == "0777" || mode == due,
                "{umask}: {} is {mode:03o}",
                entry.display()
            );
        }
    }
}

fn all_below(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            let below = if path.is_dir() {
                all_below(&path)
            } else {
                Vec::new()
            };
            std::iter::once(path).chain(below)
        })
        .collect()
}

fn run(data_dir: &Path, args: &[&str]) -> Output {
    program()
        .args(args)
        .envs(environment(data_dir, free_ports()))
        .output()
        .unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, name: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{stderr}");
    let line = stderr.lines().last().unwrap_or_default();
    assert!(line.contains(name), "{stderr}");
    assert!(
        !stderr.contains("canary") && !stderr.contains("0123456789"),
        "{stderr}"
    );
}
