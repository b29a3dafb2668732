//! `up --test-clock`: where it may be, that it is said, and that a process goes by it. What moves it is in the services.

use service::test_clock::TestClock;

use crate::config::{Settings, is_loopback};
use crate::failure::Failure;
use crate::output;
use crate::supervised::SupervisedService;

/// Refuses it where somebody beside this machine could reach a service.
///
/// # Errors
/// When a service listens on an address that is not of this machine alone; the line names its key.
pub(crate) fn check(settings: &Settings) -> Result<(), Failure> {
    let services = SupervisedService::ALL.map(|service| (service.name(), service.listen(settings)));
    let operators = ("operator", settings.operator.listen.as_str());
    let listens = services.into_iter().chain([operators]);
    let mut open = listens.filter(|(_, listen)| !listen.is_empty() && !is_loopback(listen));
    match open.next() {
        Some((name, listen)) => Err(Failure::config(format!(
            "--test-clock is for tests on one machine: {name}.listen is {listen}, set it to an address of loopback, as 127.0.0.1:8080"
        ))),
        None => Ok(()),
    }
}

/// The test clock of the data directory; this process goes by it from here on.
///
/// # Errors
/// When what the data directory says of it can't be read.
pub(crate) fn open(settings: &Settings) -> Result<TestClock, Failure> {
    let opened = TestClock::open(&settings.data_dir);
    opened.map_err(|error| Failure::config(format!("the test clock can't be read: {error}")))
}

/// Says on one line what it is, and how far ahead.
pub(crate) async fn warn(clock: &TestClock) {
    let ahead_ms = clock.ahead_ms();
    output::line(&format!(
        "warning: --test-clock is for tests only: whoever has an API key moves time for everybody; it is {ahead_ms} ms ahead"
    ))
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a listener's address stands.
    type Address = fn(&mut Settings) -> &mut String;

    #[test]
    fn ops_59_a_test_clock_is_refused_where_others_could_reach_it_and_the_key_is_named() {
        assert_eq!(check(&Settings::default()), Ok(()));
        let keys: [(&str, Address); 4] = [
            ("scheduler", |settings| &mut settings.scheduler.listen),
            ("signaling", |settings| &mut settings.signaling.listen),
            ("chat", |settings| &mut settings.chat.listen),
            ("operator", |settings| &mut settings.operator.listen),
        ];
        for (name, listen) in keys {
            for open in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080"] {
                let mut settings = Settings::default();
                open.clone_into(listen(&mut settings));
                let Err(Failure::Config(line)) = check(&settings) else {
                    panic!("{name} at {open} was taken");
                };
                assert!(line.contains(&format!("{name}.listen is {open}")), "{line}");
            }
        }
    }
}
