//! The processes that `up` watches, by name. What each is told and where it listens stands elsewhere.

/// One of the three, or the relay beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SupervisedService {
    Scheduler,
    Signaling,
    Chat,
    Turn,
}

impl SupervisedService {
    /// The three that are spoken to over HTTP by pages and by each other.
    pub(crate) const ALL: [SupervisedService; 3] = [
        SupervisedService::Scheduler,
        SupervisedService::Signaling,
        SupervisedService::Chat,
    ];

    /// Its subcommand, and its section in the settings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SupervisedService::Scheduler => "scheduler",
            SupervisedService::Signaling => "signaling",
            SupervisedService::Chat => "chat",
            SupervisedService::Turn => "turn",
        }
    }
}
