//! How SQLite says it. Lists and rows are JSON in one parameter, so that a statement has one text however
//! many there are, and stays prepared.

use std::sync::LazyLock;

use crate::Value;
use crate::dialect::Dialect;

/// The renderings of every statement that has run.
pub(super) static DIALECT: LazyLock<Dialect> = LazyLock::new(|| Dialect::new(render));

/// Stands for the rows of an insert.
const ROWS: &str = "VALUES ?rows";
/// What only databases with more than one writer need.
const CLAIM: &str = " FOR UPDATE SKIP LOCKED";

fn render(text: &'static str) -> String {
    let text = text.replace("GREATEST(", "max(").replace(CLAIM, "");
    let text = lists(&text);
    match text.split_once(ROWS) {
        None => text,
        Some((insert, rest)) => {
            let columns = insert.matches(',').count() + 1;
            let values: Vec<_> = (0..columns).map(|at| format!("value ->> {at}")).collect();
            let values = values.join(", ");
            // Without WHERE, ON of ON CONFLICT would be taken for that of a join.
            format!("{insert}SELECT {values} FROM json_each(?1) WHERE true ORDER BY key{rest}")
        }
    }
}

/// `(?N..)` becomes a subquery.
fn lists(text: &str) -> String {
    let mut rest = text;
    let mut rendered = String::with_capacity(text.len());
    while let Some((before, after)) = rest.split_once("..)") {
        let (before, parameter) = before.rsplit_once('(').unwrap_or((before, ""));
        rendered.push_str(before);
        rendered.push_str("(SELECT value FROM json_each(");
        rendered.push_str(parameter);
        rendered.push_str("))");
        rest = after;
    }
    rendered + rest
}

pub(super) fn list_json(values: &[Value<'_>]) -> String {
    let values: Vec<_> = values.iter().map(json).collect();
    serde_json::Value::from(values).to_string()
}

pub(super) fn rows_json(rows: &[Vec<Value<'_>>]) -> String {
    let mut all = String::from("[");
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            all.push(',');
        }
        all.push_str(&list_json(row));
    }
    all.push(']');
    all
}

fn json(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Integer(value) => (*value).into(),
        Value::Text(text) => text.as_ref().into(),
    }
}
