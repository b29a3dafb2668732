//! What a statement is given and what a row holds: integers, text, or nothing.

use std::borrow::Cow;

use wire::UnixMs;

use crate::Error;

/// One value, or `NULL` of its kind: some databases ask what is not there of which kind it is. Booleans are integers 0
/// and 1, times are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A signed integer of 64 bits.
    Integer(Option<i64>),
    /// Text in UTF-8.
    Text(Option<Cow<'a, str>>),
}

impl Value<'_> {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Integer(None) | Self::Text(None))
    }
}

/// What is too large for a database becomes the largest that it can hold.
fn clipped(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

macro_rules! values {
    ($($kind:ident: $($given:ty => |$value:ident| $made:expr),+;)+) => {$($(
        impl<'a> From<$given> for Value<'a> {
            fn from($value: $given) -> Self {
                Self::$kind(Some($made))
            }
        }

        impl<'a> From<Option<$given>> for Value<'a> {
            fn from(value: Option<$given>) -> Self {
                Self::$kind(value.map(|$value| $made))
            }
        }
    )+)+};
}

values! {
    Integer:
        i64 => |value| value,
        i32 => |value| i64::from(value),
        u32 => |value| i64::from(value),
        u64 => |value| clipped(value),
        bool => |value| i64::from(value),
        UnixMs => |value| value.0;
    Text:
        &'a str => |text| Cow::Borrowed(text),
        &'a String => |text| Cow::Borrowed(text.as_str()),
        String => |text| Cow::Owned(text);
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// The value as this type.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it is of another kind or out of range.
    fn from_value(value: Value<'static>) -> Result<Self, Error>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        match value {
            Value::Integer(Some(value)) => Ok(value),
            other => Err(unexpected("an integer", &other)),
        }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        Self::try_from(i64::from_value(value)?).map_err(Error::corrupt)
    }
}

impl FromValue for u32 {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        Self::try_from(i64::from_value(value)?).map_err(Error::corrupt)
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        i64::from_value(value).map(|value| value != 0)
    }
}

impl FromValue for UnixMs {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        i64::from_value(value).map(UnixMs)
    }
}

impl FromValue for String {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        match value {
            Value::Text(Some(text)) => Ok(text.into_owned()),
            other => Err(unexpected("text", &other)),
        }
    }
}

impl<V: FromValue> FromValue for Option<V> {
    fn from_value(value: Value<'static>) -> Result<Self, Error> {
        match value.is_null() {
            true => Ok(None),
            false => V::from_value(value).map(Some),
        }
    }
}

/// Says the kind and not the content, which may be somebody's.
fn unexpected(wanted: &str, found: &Value<'_>) -> Error {
    let found = match found {
        Value::Integer(None) | Value::Text(None) => "nothing",
        Value::Integer(Some(_)) => "an integer",
        Value::Text(Some(_)) => "text",
    };
    Error::corrupt(format!("{wanted} was expected, and {found} is stored"))
}
