//! Where a page of an export begins, and its cursor.

use wire::{ErrorCode, RoomId};

use crate::http::cursor::{read_cursor, write_cursor};

/// What a cursor of posts begins with.
const POSTS: &str = "posts";
/// What a cursor of those whom somebody follows begins with.
const FOLLOWING: &str = "following";
/// Sorts after every id of a post.
const AFTER_ANY_POST: &str = "~";
/// Sorts before every id of a person.
const BEFORE_ANYBODY: &str = " ";

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExportPlace {
    /// With a room, behind one of its messages; or with the first.
    Rooms(Option<(u64, RoomId)>),
    /// With the newest post before this one.
    Posts(String),
    /// With the first whom one follows after this one.
    Following(String),
}

impl Default for ExportPlace {
    fn default() -> Self {
        Self::Rooms(None)
    }
}

impl ExportPlace {
    pub(super) fn newest_post() -> Self {
        Self::Posts(AFTER_ANY_POST.to_owned())
    }

    pub(super) fn first_followed() -> Self {
        Self::Following(BEFORE_ANYBODY.to_owned())
    }

    /// # Errors
    /// `bad_cursor` for what no page has given.
    pub(super) fn read(cursor: &str) -> Result<Self, ErrorCode> {
        let (what, id) = read_cursor::<String>(cursor)?;
        match what.as_str() {
            POSTS => Ok(Self::Posts(id.0)),
            FOLLOWING => Ok(Self::Following(id.0)),
            _ => read_cursor(cursor).map(|room| Self::Rooms(Some(room))),
        }
    }

    pub(super) fn write(&self) -> String {
        match self {
            Self::Rooms(Some((seq, room))) => write_cursor(seq, room),
            Self::Rooms(None) => String::new(),
            Self::Posts(before) => write_cursor(POSTS, before),
            Self::Following(after) => write_cursor(FOLLOWING, after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_cursor() {
        for place in [
            ExportPlace::Rooms(Some((7, "r 1".into()))),
            ExportPlace::newest_post(),
            ExportPlace::first_followed(),
            ExportPlace::Following("né 1".to_owned()),
        ] {
            assert_eq!(ExportPlace::read(&place.write()), Ok(place));
        }
        for bad in ["", "!", &write_cursor("rooms", "r")] {
            assert_eq!(ExportPlace::read(bad), Err(ErrorCode::BadCursor), "{bad}");
        }
    }
}
