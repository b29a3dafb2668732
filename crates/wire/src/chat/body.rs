//! How a message without a text is written: `null`. No text is empty, so that in memory it is the empty one.

use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(body: &str, to: S) -> Result<S::Ok, S::Error> {
    match body.is_empty() {
        true => to.serialize_none(),
        false => to.serialize_str(body),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let body: Option<String> = Option::deserialize(from)?;
    Ok(body.unwrap_or_default())
}
