//! `rendezvous up`: what it prints, how it stops, what it starts again, as real processes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use testkit::{Http, SOON, Service, Stack, StackOptions, environment, is_running, program, until};

/// What a stop may take.
const STOP: Duration = Duration::from_secs(10);
/// Until the processes of a supervisor that was killed are gone.
const ORPHANED: Duration = Duration::from_secs(10);
/// Within this a child that died runs again, the first time.
const FIRST_RESTART: Duration = Duration::from_millis(500);

fn demo() -> StackOptions {
    StackOptions {
        args: ["--demo", "--demo-in", "20s"].map(str::to_owned).to_vec(),
        ..StackOptions::default()
    }
}

fn join_links(stack: &Stack) -> Vec<String> {
    let output = stack.output();
    let links = output.iter().filter_map(|line| {
        let (_, link) = line.split_once("  http")?;
        line.contains("/join#").then(|| format!("http{link}"))
    });
    links.collect()
}

fn children(stack: &Stack) -> [u32; 3] {
    Service::ALL.map(|service| stack.child(service).expect("it was ready"))
}

async fn all_gone(pids: [u32; 3], limit: Duration) {
    until("all children gone", limit, async || {
        (!pids.iter().any(|pid| is_running(*pid))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn ops_1_up_prints_what_is_up_and_a_join_link_for_each() {
    let stack = Stack::start_with(demo()).await;
    stack.line("/join#", SOON).await;
    until("two join links", SOON, async || {
        (join_links(&stack).len() == 2).then_some(())
    })
    .await;
    for service in Service::ALL {
        let ready = format!("{}  ready", stack.url(service));
        let line = stack.line(&ready, SOON).await;
        assert!(line.starts_with(service.name()), "{line}");
    }
    let links = join_links(&stack);
    let mut people = Vec::new();
    for link in &links {
        let (page, token) = link.split_once('#').unwrap();
        assert_eq!(page, format!("{}/join", stack.url(Service::Scheduler)));
        let body = serde_json::json!({ "token": token });
        let url = format!("{}/v1/join", stack.url(Service::Scheduler));
        let joined: wire::JoinResponse = Http::new().post(&url, body).await.json(200);
        people.push(joined.user_id);
    }
    assert_ne!(people[0], people[1]);
}

#[tokio::test]
async fn ops_2_a_signal_stops_everything_within_10_s() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut stack = Stack::start().await;
        let pids = children(&stack);
        stack.signal(signal);
        let status = stack.gone(STOP).await;
        assert!(status.success(), "{status}: {:?}", stack.output());
        assert!(!pids.iter().any(|pid| is_running(*pid)));
    }
}

#[tokio::test]
async fn ops_3_the_children_die_with_a_supervisor_that_is_killed() {
    let mut stack = Stack::start().await;
    let pids = children(&stack);
    stack.signal(Signal::KILL);
    stack.gone(SOON).await;
    all_gone(pids, ORPHANED).await;
}

#[tokio::test]
async fn ops_4_a_child_that_is_killed_runs_again_within_500_ms() {
    let mut stack = Stack::start().await;
    for service in Service::ALL {
        let others = Service::ALL.map(|other| (other, stack.child(other)));
        let killed = Instant::now();
        let old = stack.kill(service);
        let new = stack.restarted(service, old, SOON).await;
        assert!(killed.elapsed() < FIRST_RESTART, "{:?}", killed.elapsed());
        stack.ready(service, SOON * 2).await;
        assert_eq!(stack.child(service), Some(new), "it fell over again");
        for (other, pid) in others.into_iter().filter(|(other, _)| *other != service) {
            assert_eq!(stack.child(other), pid, "{} was touched", other.name());
        }
    }
}

#[tokio::test]
async fn ops_7_a_second_up_on_the_same_directory_is_refused() {
    let stack = Stack::start().await;
    let output = stack.run(&["up"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("another `rendezvous up`"), "{stderr}");
}

#[tokio::test]
async fn ops_15_the_demo_runs_again_and_nothing_is_seeded_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = |args: StackOptions| StackOptions {
        data_dir: Some(folder.path().to_owned()),
        ..args
    };
    for run in 1..=2 {
        let stack = Stack::start_with(options(demo())).await;
        stack.line("Bo ", SOON).await;
        let listed = stack.run(&["keys", "list"]);
        let listed = String::from_utf8(listed.stdout).unwrap();
        let demo_keys = listed.lines().filter(|line| line.contains("demo")).count();
        assert_eq!(demo_keys, 1, "run {run}: {listed}");
    }
    let fresh = Stack::start().await;
    let sessions = format!("{}/v1/sessions", fresh.url(Service::Scheduler));
    let page = fresh.application().get(&sessions).await;
    assert_eq!(page.body["items"], serde_json::json!([]), "{page:?}");
    assert!(join_links(&fresh).is_empty());
}

#[tokio::test]
async fn ops_16_up_comes_back_at_once_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Stack::start_with(StackOptions {
        data_dir: Some(folder.path().to_owned()),
        ..StackOptions::default()
    })
    .await;
    first.signal(Signal::KILL);
    first.gone(SOON).await;
    // The children of the first may still be letting go of their ports.
    let mut second = Stack::start_with(StackOptions {
        data_dir: Some(folder.path().to_owned()),
        ports: Some(first.ports()),
        ..StackOptions::default()
    })
    .await;
    for service in Service::ALL {
        second.ready(service, SOON).await;
    }
}

#[tokio::test]
async fn ops_18_a_service_runs_alone_and_without_the_scheduler() {
    let folder = tempfile::tempdir().unwrap();
    let mut stack = Stack::start_with(StackOptions {
        data_dir: Some(folder.path().to_owned()),
        ..StackOptions::default()
    })
    .await;
    let ports = stack.ports();
    stack.signal(Signal::TERM);
    stack.gone(STOP).await;

    for service in [Service::Signaling, Service::Chat] {
        let address = format!("127.0.0.1:{}", ports[service as usize]);
        let mut alone = program()
            .arg(service.name())
            .envs(environment(folder.path(), ports))
            .current_dir(folder.path())
            // Under a service manager stdin is this, which has ended from the start.
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        // The last good copy of the ticket keys lies on disk.
        let url = format!("http://{address}/health/ready");
        until("ready without the scheduler", SOON * 2, async || {
            let asked = Http::new();
            let asked = asked.try_send(reqwest::Method::GET, &url, None, &[]).await;
            asked.is_ok_and(|answer| answer.status == 200).then_some(())
        })
        .await;
        let pid = Pid::from_raw(i32::try_from(alone.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let status = until("its end", STOP, async || alone.try_wait().unwrap()).await;
        assert!(status.success(), "{status}");
    }
}

#[tokio::test]
async fn ops_19_lines_of_children_are_named_and_json_stays_json() {
    let stack = Stack::start().await;
    stack.line("chat      | ", SOON).await;

    let stack = Stack::start_with(StackOptions {
        env: vec![("RENDEZVOUS_LOG_FORMAT".to_owned(), "json".to_owned())],
        ..StackOptions::default()
    })
    .await;
    let line = stack.line("\"listening\"", SOON).await;
    assert!(
        serde_json::from_str::<serde_json::Value>(&line).is_ok(),
        "{line}"
    );
}
