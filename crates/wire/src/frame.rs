//! How a frame's text becomes a value: the envelope first, then the fields of its type.

use std::borrow::Cow;
use std::io::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::json::{self, JsonError};

/// The number or word by which a client tells its frames apart; given back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FrameId {
    /// A number; signaling takes no other.
    Number(u64),
    /// A word of the sender's choosing.
    Text(String),
}

impl FrameId {
    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            FrameId::Number(number) => Some(*number),
            FrameId::Text(_) => None,
        }
    }
}

impl From<u64> for FrameId {
    fn from(number: u64) -> Self {
        FrameId::Number(number)
    }
}

/// What every frame may carry beside the fields of its type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Envelope {
    /// Type of the frame.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// What the client calls it; `ok` or `error` echoes it.
    #[serde(default)]
    pub id: Option<FrameId>,
    /// Number that the server gave, 1, 2, 3, … within the seat. A client's frame may have a field of
    /// that name with a meaning of its own: whatever is no number is left to the frame's type.
    #[serde(default, deserialize_with = "number_or_none")]
    pub seq: Option<u64>,
}

/// Why a text is no frame, or not one that can be taken. `id` is the frame's own, where it could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No JSON object with a `type`.
    #[error("malformed frame")]
    Malformed,
    /// A frame with a field missing, or one that can't be taken.
    #[error("invalid field {field}")]
    InvalidField {
        /// Path of the field, as `resume.last_seq`.
        field: String,
        /// The frame's `id`.
        id: Option<FrameId>,
    },
    /// JSON with a `type` that does not exist.
    #[error("unknown frame type")]
    UnknownType {
        /// The frame's `id`.
        id: Option<FrameId>,
    },
}

impl Envelope {
    /// Reads `type`, `id` and `seq` of a frame's text.
    ///
    /// # Errors
    /// [`FrameError::Malformed`] where the text is no JSON object with a `type`.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        // Serde would also take an array for a struct; a frame is an object.
        if !json::without_mark(text).trim_start().starts_with('{') {
            return Err(FrameError::Malformed);
        }
        // Only what has a type is a frame whose fields can be wrong.
        parse_fields(text, None).map_err(|error| match json::read::<TypeOnly>(text) {
            Ok(_) => error,
            Err(_) => FrameError::Malformed,
        })
    }
}

#[derive(Deserialize)]
struct TypeOnly {
    #[serde(rename = "type")]
    _kind: String,
}

pub(crate) fn number_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let number = json::whole_number(raw.get());
    Ok(number.and_then(|number| u64::try_from(number).ok()))
}

/// Reads the fields of one frame type; on failure names the field.
pub(crate) fn parse_fields<T: DeserializeOwned>(
    text: &str,
    id: Option<&FrameId>,
) -> Result<T, FrameError> {
    json::read(text).map_err(|error| match error {
        JsonError::NotJson => FrameError::Malformed,
        JsonError::Field { path, message } => FrameError::InvalidField {
            field: json::field_of(&path, &message),
            id: id.cloned(),
        },
    })
}

/// Declares a closed set of frames: the enum, its JSON with `type`, and its parser. A large and rare frame
/// is boxed, with `as Box<…>`: each of the others would take its room.
macro_rules! frames {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$variant_meta:meta])* $tag:literal => $variant:ident $(as $boxed:ty)?, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[serde(tag = "type")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $( $(#[$variant_meta])* #[serde(rename = $tag)]
                $variant(crate::frame::payload!($variant $(, $boxed)?)), )+
        }

        impl $name {
            /// The `type` of every frame of this set.
            pub const TYPES: &'static [&'static str] = &[$($tag),+];

            /// This frame's `type`.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $( Self::$variant(_) => $tag, )+ }
            }

            /// Reads a frame and its envelope.
            ///
            /// # Errors
            /// When the text is no frame, a field is wrong, or its `type` is not one of this set.
            pub fn parse(text: &str) -> Result<(crate::Envelope, Self), crate::FrameError> {
                let envelope = crate::Envelope::parse(text)?;
                let id = envelope.id.as_ref();
                let frame = match envelope.kind.as_ref() {
                    $( $tag => crate::frame::parse_fields::<$variant>(text, id)?.into(), )+
                    _ => return Err(crate::FrameError::UnknownType { id: envelope.id }),
                };
                Ok((envelope, frame))
            }

            /// The frame's JSON, with the number that it carries (`"id"` or `"seq"`), if any.
            #[must_use]
            pub fn to_text(&self, number: Option<(&str, u64)>) -> String {
                crate::frame::to_text(self, number)
            }
        }

        $(
            impl From<$variant> for $name {
                fn from(frame: $variant) -> Self {
                    Self::$variant(crate::frame::boxed!(frame $(, $boxed)?))
                }
            }
        )+
    };
}

/// What a variant holds.
macro_rules! payload {
    ($plain:ty) => {
        $plain
    };
    ($plain:ty, $boxed:ty) => {
        $boxed
    };
}

/// A frame as its variant holds it.
macro_rules! boxed {
    ($frame:ident) => {
        $frame
    };
    ($frame:ident, $boxed:ty) => {
        <$boxed>::new($frame)
    };
}

/// First room for a frame's text, in bytes: a candidate fits, and a description doubles it a few times.
const TEXT_BYTES: usize = 512;

/// A frame's JSON, with the number that it carries, if any.
pub(crate) fn to_text(frame: &impl Serialize, number: Option<(&str, u64)>) -> String {
    let mut json = Vec::with_capacity(TEXT_BYTES);
    serde_json::to_writer(&mut json, frame).expect("a frame has string keys and no failing field");
    if let Some((name, value)) = number {
        json.pop();
        write!(json, ",\"{name}\":{value}}}").expect("a vector takes all that is written");
    }
    String::from_utf8(json).expect("JSON is UTF-8")
}

/// Declares one frame's fields, or what stands inside a frame, with all that each of them derives.
macro_rules! frame {
    ($(#[$meta:meta])* $name:ident { $( $(#[$field_meta:meta])* $field:ident: $kind:ty, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $( $(#[$field_meta])* pub $field: $kind, )* }
    };
}

pub(crate) use {boxed, frame, frames, payload};
