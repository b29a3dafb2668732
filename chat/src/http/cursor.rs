//! Cursors of pages that go from room to room: a room, and a number that says where.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_core::check_id;
use wire::{ErrorCode, RoomId};

pub(super) fn write_cursor(number: impl Display, room: &RoomId) -> String {
    URL_SAFE_NO_PAD.encode(format!("{number} {room}"))
}

/// # Errors
/// `bad_cursor` for what no page has given.
pub(super) fn read_cursor<N: FromStr>(cursor: &str) -> Result<(N, RoomId), ErrorCode> {
    let bad = |()| ErrorCode::BadCursor;
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(drop).map_err(bad)?;
    let text = String::from_utf8(bytes).map_err(drop).map_err(bad)?;
    let (number, room) = text.split_once(' ').ok_or(ErrorCode::BadCursor)?;
    let number = number.parse().map_err(drop).map_err(bad)?;
    check_id(room).map_err(drop).map_err(bad)?;
    Ok((number, RoomId(room.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_a_place() {
        let room = RoomId::from("r 1");
        assert_eq!(
            read_cursor(&write_cursor(-17, &room)),
            Ok((-17, room.clone()))
        );
        assert_eq!(
            read_cursor::<u64>(&write_cursor(-17, &room)),
            Err(ErrorCode::BadCursor)
        );
        let encoded = |text| URL_SAFE_NO_PAD.encode(text);
        for bad in ["", "!", "AAAA", &encoded("x r"), &encoded("17 r\0")] {
            assert_eq!(read_cursor::<i64>(bad), Err(ErrorCode::BadCursor), "{bad}");
        }
    }
}
