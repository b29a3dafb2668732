//! `/docs`: the documents as one page for people. Plain HTML: no script, no file but itself.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");

/// The page, and the policy that it needs.
pub(super) struct DocsPage {
    pub(super) html: String,
    pub(super) policy: String,
}

impl DocsPage {
    /// From the documents themselves, so that all three say the same.
    pub(super) fn new(openapi: &Value, asyncapi: Option<&Value>) -> Self {
        let mut html = String::new();
        head(&mut html, openapi, asyncapi.is_some());
        operations(&mut html, openapi);
        if let Some(asyncapi) = asyncapi {
            frames(&mut html, asyncapi);
        }
        schemas(&mut html, openapi, asyncapi);
        html.push_str("</main></body></html>\n");
        let digest = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        Self { html, policy }
    }
}

/// Writing to a `String` doesn't fail.
macro_rules! put {
    ($html:expr, $($format:tt)+) => {
        { let _ = write!($html, $($format)+); }
    };
}

fn head(html: &mut String, openapi: &Value, has_frames: bool) {
    let info = &openapi["info"];
    let (title, summary) = (text(&info["title"]), text(&info["summary"]));
    put!(
        html,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><header><h1>{title}</h1>\
         <p class=\"quiet\">{summary} Version {}.</p><p>{}</p><nav aria-label=\"On this page\"><ul>\
         <li><a href=\"#http\">HTTP</a></li>",
        text(&info["version"]),
        text(&info["description"]),
    );
    if has_frames {
        html.push_str("<li><a href=\"#frames\">Frames</a></li>");
    }
    html.push_str(
        "<li><a href=\"#types\">Types</a></li><li><a href=\"/openapi.json\">openapi.json</a></li>",
    );
    if has_frames {
        html.push_str("<li><a href=\"/asyncapi.json\">asyncapi.json</a></li>");
    }
    html.push_str("</ul></nav></header><main>");
}

fn operations(html: &mut String, openapi: &Value) {
    html.push_str("<h2 id=\"http\">HTTP</h2>");
    credentials(html, &openapi["components"]["securitySchemes"]);
    for tag in list(&openapi["tags"]) {
        put!(html, "<h3>{}</h3>", text(&tag["name"]));
        for (path, methods) in fields(&openapi["paths"]) {
            for (method, operation) in fields(methods) {
                if operation["tags"][0] == tag["name"] {
                    one_operation(html, path, method, operation);
                }
            }
        }
    }
}

fn credentials(html: &mut String, schemes: &Value) {
    html.push_str(
        "<p>A credential goes into <code>Authorization: Bearer</code>.</p><div class=\"wide\"><table>",
    );
    for (name, scheme) in fields(schemes) {
        let told = text(&scheme["description"]);
        put!(
            html,
            "<tr><th scope=\"row\"><code>{name}</code></th><td>{told}</td></tr>"
        );
    }
    html.push_str("</table></div>");
}

fn one_operation(html: &mut String, path: &str, method: &str, operation: &Value) {
    put!(
        html,
        "<details><summary><b>{}</b><code>{}</code> <span>{}</span></summary><div class=\"wide\"><table>",
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"]),
    );
    let who: Vec<String> = list(&operation["security"])
        .iter()
        .flat_map(fields)
        .map(|(name, _)| format!("<code>{}</code>", escape(name)))
        .collect();
    let who = if who.is_empty() {
        "anybody".to_owned()
    } else {
        who.join(" or ")
    };
    put!(html, "<tr><th scope=\"row\">Who</th><td>{who}</td></tr>");
    for parameter in list(&operation["parameters"]) {
        put!(
            html,
            "<tr><th scope=\"row\"><code>{}</code></th><td>in {}: {} {}</td></tr>",
            text(&parameter["name"]),
            text(&parameter["in"]),
            kind(&parameter["schema"]),
            text(&parameter["description"]),
        );
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let body = kind(body);
        put!(html, "<tr><th scope=\"row\">Body</th><td>{body}</td></tr>");
    }
    for (status, answer) in fields(&operation["responses"]) {
        let content = &answer["content"]["application/json"]["schema"];
        let content = if content.is_null() {
            String::new()
        } else {
            kind(content)
        };
        put!(
            html,
            "<tr><th scope=\"row\">{status}</th><td>{} {content}</td></tr>",
            text(&answer["description"])
        );
    }
    html.push_str("</table></div></details>");
}

fn frames(html: &mut String, asyncapi: &Value) {
    for (_, channel) in fields(&asyncapi["channels"]) {
        put!(
            html,
            "<h2 id=\"frames\">Frames of <code>{}</code></h2><p>{}</p><pre>{}</pre>",
            text(&channel["address"]),
            text(&channel["summary"]),
            text(&channel["description"]),
        );
    }
    for (_, operation) in fields(&asyncapi["operations"]) {
        put!(html, "<h3>{}</h3>", text(&operation["summary"]));
        for message in list(&operation["messages"]) {
            let key = message["$ref"]
                .as_str()
                .and_then(|at| at.rsplit('/').next());
            let message = &asyncapi["components"]["messages"][key.unwrap_or_default()];
            put!(
                html,
                "<details><summary><code>{}</code> <span>{}</span></summary>",
                text(&message["name"]),
                text(&message["summary"]),
            );
            shape(html, &message["payload"]);
            html.push_str("</details>");
        }
    }
}

fn schemas(html: &mut String, openapi: &Value, asyncapi: Option<&Value>) {
    html.push_str("<h2 id=\"types\">Types</h2>");
    let mut all: Map<String, Value> = Map::new();
    for document in asyncapi.into_iter().chain([openapi]) {
        let schemas = fields(&document["components"]["schemas"]);
        all.extend(schemas.map(|(name, schema)| (name.to_owned(), schema.clone())));
    }
    for (name, schema) in &all {
        put!(
            html,
            "<article id=\"type-{name}\"><h3><code>{name}</code></h3>",
            name = escape(name)
        );
        if schema["description"].is_string() {
            put!(html, "<p>{}</p>", text(&schema["description"]));
        }
        shape(html, schema);
        html.push_str("</article>");
    }
}

/// The fields of an object, the words of an enum, or what else a schema allows.
fn shape(html: &mut String, schema: &Value) {
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
fn kind(schema: &Value) -> String {
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

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.as_str(), value))
}

/// A sentence; what stands between backticks is code.
fn text(value: &Value) -> String {
    let sentence = escape(value.as_str().unwrap_or_default());
    let mut parts = sentence.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(after) => put!(out, "<code>{code}</code>{after}"),
            None => put!(out, "`{code}"),
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_is_text_and_not_markup() {
        let openapi = json!({"info": {"title": "<script>\"&"}, "paths": {}});
        let page = DocsPage::new(&openapi, None);
        assert!(
            page.html
                .contains("<title>&lt;script&gt;&quot;&amp;</title>")
        );
        assert!(!page.html.contains("<script"));
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        let told = text(&json!("`a<b` and `c` or `"));
        assert_eq!(told, "<code>a&lt;b</code> and <code>c</code> or `");
    }

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
