//! Whether a device that comes back gets what it missed, or is told to read the history.

use wire::UserId;
use wire::chat::Cursor;

use crate::Room;

/// Most messages of one room that follow a `welcome`; more are read as history.
pub const MAX_MISSED: u64 = 300;

/// What a device gets of one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Everything with a `seq` above this follows.
    From(u64),
    /// Nothing follows: it reads the history.
    ReadHistory,
}

/// Decides for one room and its member `user`; `budget` is how many messages this `hello` may still be sent.
#[must_use]
pub fn recover(cursor: Option<&Cursor>, room: &Room, user: &UserId, budget: u64) -> Recovery {
    let Some(cursor) = cursor.filter(|cursor| cursor.epoch == room.epoch) else {
        return Recovery::ReadHistory;
    };
    // A cursor from the future belongs to a history that is gone.
    let Some(missed) = room.last_seq.checked_sub(cursor.seq) else {
        return Recovery::ReadHistory;
    };
    let member = room.member(user);
    let min_seq = member.map_or(room.min_seq, |member| room.min_seq_for(member));
    let retained = cursor.seq + 1 >= min_seq;
    if missed > MAX_MISSED.min(budget) || !retained {
        return Recovery::ReadHistory;
    }
    Recovery::From(cursor.seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::tests::room;

    fn decide(epoch: &str, seq: u64) -> Recovery {
        let mut room = room("r", &["a", "b"]);
        room.last_seq = 1_000;
        room.min_seq = 101;
        let cursor = Cursor {
            epoch: epoch.to_owned(),
            seq,
        };
        recover(Some(&cursor), &room, &"a".into(), 3_000)
    }

    #[test]
    fn cht_3_up_to_300_missed_are_recovered() {
        assert_eq!(decide("e-r", 1_000), Recovery::From(1_000));
        assert_eq!(decide("e-r", 700), Recovery::From(700));
        assert_eq!(decide("e-r", 699), Recovery::ReadHistory);
    }

    #[test]
    fn cht_3_unknown_epoch_no_cursor_and_the_future_are_not() {
        assert_eq!(decide("other", 1_000), Recovery::ReadHistory);
        assert_eq!(decide("e-r", 1_001), Recovery::ReadHistory);
        assert_eq!(decide("e-r", u64::MAX), Recovery::ReadHistory);
        assert_eq!(
            recover(None, &room("r", &["a"]), &"a".into(), 3_000),
            Recovery::ReadHistory
        );
    }

    #[test]
    fn cht_3_what_retention_took_is_not() {
        let mut room = room("r", &["a"]);
        room.last_seq = 120;
        room.min_seq = 101;
        let at = |seq| {
            recover(
                Some(&Cursor {
                    epoch: "e-r".to_owned(),
                    seq,
                }),
                &room,
                &"a".into(),
                3_000,
            )
        };
        assert_eq!(at(100), Recovery::From(100));
        assert_eq!(at(99), Recovery::ReadHistory);
    }

    #[test]
    fn cht_3_the_budget_of_one_hello_counts() {
        let mut room = room("r", &["a"]);
        room.last_seq = 10;
        let cursor = Cursor {
            epoch: "e-r".to_owned(),
            seq: 4,
        };
        assert_eq!(
            recover(Some(&cursor), &room, &"a".into(), 6),
            Recovery::From(4)
        );
        assert_eq!(
            recover(Some(&cursor), &room, &"a".into(), 5),
            Recovery::ReadHistory
        );
    }
}
