//! How much the texts of a room come to, without looking at them. Each message has the bytes of all texts up to it, which only
//! rises and is written with the message; what was taken away since is kept apart, beside the room's beginning.

/// Of one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RoomBytes {
    /// Of all texts up to the last message.
    pub(super) through: u64,
    /// Of all texts up to the room's beginning.
    pub(super) before: u64,
    /// Of those texts after it that were taken away.
    pub(super) freed: u64,
}

impl RoomBytes {
    /// What it holds.
    pub(super) fn held(self) -> u64 {
        self.through
            .saturating_sub(self.before)
            .saturating_sub(self.freed)
    }

    /// With one more text; `None` where it would hold more than `limit` then.
    pub(super) fn with(self, text: &str, limit: u64) -> Option<Self> {
        let bytes = text.len() as u64;
        let fits = self.held().saturating_add(bytes) <= limit;
        let through = self.through.saturating_add(bytes);
        fits.then_some(Self { through, ..self })
    }

    /// Once it begins later: `through` are the bytes up to there, and `passed` those of the texts that it passes and that are there.
    pub(super) fn begun_at(self, through: Option<u64>, passed: u64) -> Self {
        let before = through.unwrap_or(self.before).max(self.before);
        let gone = (before - self.before).saturating_sub(passed);
        Self {
            before,
            freed: self.freed.saturating_sub(gone),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_263_a_room_holds_what_was_said_less_what_is_gone() {
        let mut bytes = RoomBytes::default();
        for _ in 0..3 {
            bytes = bytes.with("1234", 12).unwrap();
        }
        assert_eq!((bytes.held(), bytes.with("5", 12)), (12, None));
        bytes.freed += 4;
        assert_eq!(bytes.held(), 8);
        // The first two, of which one is gone: what is left is the third.
        let later = bytes.begun_at(Some(8), 4);
        assert_eq!((later.held(), later.freed), (4, 0));
        // Of what was not counted nothing is given back.
        assert_eq!(later.begun_at(None, 0), later);
        assert!(later.with("12345678", 12).is_some());
    }
}
