//! Fields of a change: absent, `null` and a value are three things.

use serde::{Deserialize, Deserializer};

/// Tells a field that is `null` from one that is absent.
#[expect(
    clippy::option_option,
    reason = "absent, null and a value are three things"
)]
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Refuses `null` for a field that can't be taken away: it would look like a change, and be none.
pub(crate) fn never_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Takes `null` out of the schema of a change that takes nothing away.
#[cfg(feature = "schema")]
pub(crate) fn no_null(schema: &mut schemars::Schema) {
    null_only(schema, &[]);
}

/// Takes `null` out of the schema of a change, but for the fields that it takes away.
#[cfg(feature = "schema")]
pub(crate) fn null_only(schema: &mut schemars::Schema, taken_away: &[&str]) {
    let Some(fields) = schema.get_mut("properties") else {
        return;
    };
    for (name, field) in fields.as_object_mut().into_iter().flatten() {
        if taken_away.contains(&name.as_str()) {
            continue;
        }
        if let Some(types) = field.get_mut("type").and_then(|types| types.as_array_mut()) {
            types.retain(|one| one != "null");
        }
        if let Some(forms) = field
            .get_mut("anyOf")
            .and_then(|forms| forms.as_array_mut())
        {
            forms.retain(|one| one["type"] != "null");
        }
    }
}
