//! The recorded commands of one database.

use std::collections::BTreeMap;

use super::recording::{RecordedWork, counted};

/// What each command asked, once for each time that it is measured.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) bookings: Vec<RecordedWork>,
    /// Whether anything can be claimed.
    pub(crate) look: RecordedWork,
    /// What can be claimed.
    pub(crate) claimable: RecordedWork,
    pub(crate) claims: Vec<RecordedWork>,
    pub(crate) settles: Vec<RecordedWork>,
}

impl Script {
    /// One of each command, by name.
    pub(crate) fn commands(&self) -> BTreeMap<&'static str, &RecordedWork> {
        let mut found = BTreeMap::from([("look", &self.look), ("claimable", &self.claimable)]);
        let lists = [
            ("book", &self.bookings),
            ("claim", &self.claims),
            ("settle", &self.settles),
        ];
        for (name, list) in lists {
            found.extend(list.first().map(|work| (name, work)));
        }
        found
    }

    /// The statements of each command, and how often each of them was asked.
    pub(crate) fn statements(&self) -> BTreeMap<&'static str, Vec<(String, usize)>> {
        let commands = self.commands().into_iter();
        commands.map(|(name, work)| (name, counted(work))).collect()
    }
}
