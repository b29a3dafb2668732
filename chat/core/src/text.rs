//! What ids and names may be, whoever chose them. What a message's text is, [`wire::visible_text`] decides.

use wire::Participant;

/// Longest id, in bytes of UTF-8: three UUIDs' worth, and a key of every database.
pub const MAX_ID_BYTES: usize = 128;
/// Longest name, in characters: as the scheduler takes it.
const MAX_NAME_CHARS: usize = 100;

/// Checks an id of a room, a person or a session, a `client_id` or a `device_id`.
///
/// # Errors
/// A stable word where it is empty, too long or has control characters.
pub fn check_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() {
        return Err("blank");
    }
    if id.len() > MAX_ID_BYTES {
        return Err("too_long");
    }
    if id.chars().any(char::is_control) {
        return Err("control_character");
    }
    Ok(())
}

/// Checks somebody who is to be a member. A name may be empty.
///
/// # Errors
/// As [`check_id`], of the id or of the name.
pub fn check_participant(participant: &Participant) -> Result<(), &'static str> {
    check_id(participant.user_id.as_str())?;
    if participant.name.chars().count() > MAX_NAME_CHARS {
        return Err("too_long");
    }
    if participant.name.chars().any(char::is_control) {
        return Err("control_character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_2_keys_are_bounded() {
        assert_eq!(check_id("c-1"), Ok(()));
        assert_eq!(check_id(&"x".repeat(MAX_ID_BYTES)), Ok(()));
        assert_eq!(check_id(""), Err("blank"));
        assert_eq!(check_id(&"x".repeat(MAX_ID_BYTES + 1)), Err("too_long"));
        assert_eq!(check_id("a\nb"), Err("control_character"));
        assert_eq!(check_id("a\0"), Err("control_character"));
    }

    #[test]
    fn cht_66_a_member_has_an_id_and_a_name_of_the_usual_size() {
        let check = |user_id: &str, name: &str| {
            check_participant(&Participant {
                user_id: user_id.into(),
                name: name.to_owned(),
            })
        };
        assert_eq!(check("ann", &"é".repeat(MAX_NAME_CHARS)), Ok(()));
        assert_eq!(check("ann", ""), Ok(()));
        assert_eq!(check("", "Ann"), Err("blank"));
        assert_eq!(check("ann", "An\0n"), Err("control_character"));
        let long = "é".repeat(MAX_NAME_CHARS + 1);
        assert_eq!(check("ann", &long), Err("too_long"));
    }
}
