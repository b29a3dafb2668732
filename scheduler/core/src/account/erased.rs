//! Somebody whose account was erased: their id stays where what others have refers to it, and nothing else of them.

use serde_json::Value;
use wire::{LEFT_NAME, UserId};

/// The tenant of those who have left, in place of [`super::PEOPLE`]: nobody finds them among its people, and every
/// application's name has a character.
pub const LEFT: &str = "";

/// Takes the name of `user` out of what was written of several people: wherever an object names them by `user_id`.
pub fn forget_name(written: &mut Value, user: &UserId) {
    match written {
        Value::Array(items) => {
            for item in items {
                forget_name(item, user);
            }
        }
        Value::Object(fields) => {
            let is_theirs = fields.get("user_id").and_then(Value::as_str) == Some(user.as_str());
            if let Some(name) = fields.get_mut("name").filter(|_| is_theirs) {
                *name = LEFT_NAME.into();
            }
            for field in fields.values_mut() {
                forget_name(field, user);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sch_211_a_name_goes_wherever_it_stands_beside_its_id_and_no_other_does() {
        let mut written = json!({
            "session": {"participants": [{"user_id": "u1", "name": "Ana"}, {"user_id": "u2", "name": "Bo"}]},
            "user_id": "u1", "name": "Ana", "members": [[{"name": "Ana", "user_id": "u1", "age": 7}]],
            "kept": {"user_id": "u2", "name": "Ana"},
        });
        forget_name(&mut written, &"u1".into());
        let left = json!({"user_id": "u1", "name": LEFT_NAME});
        assert_eq!(written["session"]["participants"][0], left);
        assert_eq!(written["session"]["participants"][1]["name"], "Bo");
        assert_eq!(written["name"], LEFT_NAME);
        assert_eq!(written["members"][0][0]["name"], LEFT_NAME);
        assert_eq!(written["kept"]["name"], "Ana");
    }
}
