//! JSON schemas as tables and short descriptions.

use std::fmt::Write as _;

use serde_json::Value;

use super::markup::{escape, fields, list, text};

/// The fields of an object, the words of an enum, or what else a schema allows.
pub(super) fn shape(html: &mut String, schema: &Value) {
    let required = list(&schema["required"]);
    html.push_str("<div class=\"wide\"><table>");
    for (name, field) in fields(&schema["properties"]) {
        let mark = if required.iter().any(|r| r == name) {
            ""
        } else {
            "?"
        };
        put!(
            html,
            "<tr><th scope=\"row\"><code>{}{mark}</code></th><td>{}</td><td>{}</td></tr>",
            escape(name),
            kind(field),
            text(&field["description"]),
        );
    }
    for word in list(&schema["oneOf"]).iter().filter(|one| is_word(one)) {
        put!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            kind(word),
            text(&word["description"])
        );
    }
    html.push_str("</table></div>");
    let whole = if schema["properties"].is_null()
        || !schema["allOf"].is_null()
        || !schema["$ref"].is_null()
    {
        kind(schema)
    } else {
        String::new()
    };
    if !whole.is_empty() && !list(&schema["oneOf"]).iter().any(is_word) {
        put!(html, "<p>{whole}</p>");
    }
}

fn is_word(schema: &Value) -> bool {
    !schema["const"].is_null()
}

/// A schema in a few words, with links to the types that it names.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(at) = schema["$ref"].as_str() {
        let name = escape(at.rsplit('/').next().unwrap_or(at));
        return format!("<a href=\"#type-{name}\"><code>{name}</code></a>");
    }
    if is_word(schema) {
        return format!("<code>{}</code>", escape(&schema["const"].to_string()));
    }
    for any in ["oneOf", "anyOf", "allOf", "enum"] {
        let of = list(&schema[any]);
        if of.is_empty() {
            continue;
        }
        let word = |one: &Value| match any {
            "enum" => format!("<code>{}</code>", escape(&one.to_string())),
            _ => kind(one),
        };
        let joint = if any == "allOf" { " and " } else { " or " };
        return of.iter().map(word).collect::<Vec<_>>().join(joint);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    match types.as_slice() {
        [] => "any JSON".to_owned(),
        types if types.contains(&"array") && !schema["items"].is_null() => {
            format!("array of {}", kind(&schema["items"]))
        }
        types if types.contains(&"object") && schema["additionalProperties"].is_object() => {
            format!("object of {}", kind(&schema["additionalProperties"]))
        }
        types => types.join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_told_in_a_few_words() {
        let link = "<a href=\"#type-A\"><code>A</code></a>";
        assert_eq!(kind(&json!({"$ref": "#/components/schemas/A"})), link);
        let nullable = json!({"anyOf": [{"$ref": "#/x/A"}, {"type": "null"}]});
        assert_eq!(kind(&nullable), format!("{link} or null"));
        let many = json!({"type": ["array", "null"], "items": {"type": "integer"}});
        assert_eq!(kind(&many), "array of integer");
        assert_eq!(
            kind(&json!({"const": "p2p"})),
            "<code>&quot;p2p&quot;</code>"
        );
    }
}
