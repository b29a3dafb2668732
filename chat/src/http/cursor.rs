//! Cursors of pages: the id of the last item, and of those that go from room to room a number that says where.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_core::check_id;
use service::http::HttpError;
use wire::{ErrorCode, Page, RoomId, UserId};

use super::{QueryParameters, http_error};

pub(super) fn write_cursor(number: impl Display, id: impl Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{number} {id}"))
}

/// # Errors
/// `bad_cursor` for what no page has given.
pub(super) fn read_cursor<N: FromStr>(cursor: &str) -> Result<(N, RoomId), ErrorCode> {
    let text = decoded(cursor)?;
    let (number, room) = text.split_once(' ').ok_or(ErrorCode::BadCursor)?;
    let number = number.parse().map_err(|_| ErrorCode::BadCursor)?;
    check_id(room).map_err(|_| ErrorCode::BadCursor)?;
    Ok((number, RoomId(room.to_owned())))
}

/// A cursor behind which the items come after the one of that id.
pub(super) fn write_id_cursor(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// # Errors
/// `bad_cursor` for what no page has given.
pub(super) fn read_id_cursor(cursor: &str) -> Result<String, ErrorCode> {
    let id = decoded(cursor)?;
    check_id(&id).map_err(|_| ErrorCode::BadCursor)?;
    Ok(id)
}

/// After whom a page by ids begins, if it is not the first.
///
/// # Errors
/// 400 `bad_cursor` for what no page has given.
pub(super) fn after_id(query: &QueryParameters) -> Result<Option<UserId>, HttpError> {
    let after = query.text("cursor").map(read_id_cursor).transpose();
    Ok(after.map_err(http_error)?.map(UserId))
}

/// The page that begins with `items`, of which there is one more than `limit` where another page follows.
pub(super) fn page_by_ids<T>(mut items: Vec<T>, limit: u32, id: impl Fn(&T) -> &UserId) -> Page<T> {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|last| write_id_cursor(id(last).as_str()));
    Page { items, next_cursor }
}

fn decoded(cursor: &str) -> Result<String, ErrorCode> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor);
    let bytes = bytes.map_err(|_| ErrorCode::BadCursor)?;
    String::from_utf8(bytes).map_err(|_| ErrorCode::BadCursor)
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

    #[test]
    fn an_id_comes_back_from_its_cursor() {
        assert_eq!(read_id_cursor(&write_id_cursor("né 1")), Ok("né 1".into()));
        for bad in ["", "!", "AAAA"] {
            assert_eq!(read_id_cursor(bad), Err(ErrorCode::BadCursor), "{bad}");
        }
    }
}
