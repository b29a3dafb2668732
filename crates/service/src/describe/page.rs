//! `/docs`: the documents as one page for people. Plain HTML: no script, no file but itself.

#[macro_use]
mod markup;
mod shape;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use self::markup::{escape, fields, list, text};
use self::shape::{kind, shape};

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
        events(&mut html, &openapi["webhooks"]);
        if let Some(asyncapi) = asyncapi {
            frames(&mut html, asyncapi);
        }
        schemas(&mut html, openapi, asyncapi);
        html.push_str("</main></body></html>\n");
        let digest = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        );
        Self { html, policy }
    }
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
        "<li><a href=\"#types\">Types</a></li><li><a href=\"openapi.json\">openapi.json</a></li>",
    );
    if has_frames {
        html.push_str("<li><a href=\"asyncapi.json\">asyncapi.json</a></li>");
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
        let description = text(&scheme["description"]);
        put!(
            html,
            "<tr><th scope=\"row\"><code>{name}</code></th><td>{description}</td></tr>"
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

fn events(html: &mut String, webhooks: &Value) {
    for (at, (name, webhook)) in fields(webhooks).enumerate() {
        if at == 0 {
            html.push_str("<h3>What endpoints are posted</h3>");
        }
        let post = &webhook["post"];
        put!(
            html,
            "<details><summary><code>{}</code> <span>{}</span></summary>",
            escape(name),
            text(&post["summary"]),
        );
        let body = &post["requestBody"]["content"]["application/json"]["schema"];
        shape(html, &body["properties"]["data"]);
        html.push_str("</details>");
    }
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
    fn web_78_the_page_takes_no_text_for_script_and_works_below_a_path() {
        let openapi = json!({"info": {"title": "x"}, "paths": {}});
        let page = DocsPage::new(&openapi, Some(&json!({})));
        let policy = page.policy;
        assert!(
            policy.ends_with("; require-trusted-types-for 'script'; trusted-types 'none'"),
            "{policy}"
        );
        for address in ["href=\"/", "src=\"/"] {
            assert!(!page.html.contains(address), "{}", page.html);
        }
    }
}
