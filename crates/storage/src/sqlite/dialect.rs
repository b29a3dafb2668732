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
            // Without WHERE, ON of ON CONFLICT would be taken for that of a join. By rowid is how they come:
            // no other order is kept without sorting the rows.
            format!(
                "{insert}SELECT {values} FROM json_each(?1) WHERE true ORDER BY json_each.rowid{rest}"
            )
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
    let mut json = Vec::new();
    write_list(&mut json, values);
    text(json)
}

pub(super) fn rows_json(rows: &[Vec<Value<'_>>]) -> String {
    let mut json = vec![b'['];
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        write_list(&mut json, row);
    }
    json.push(b']');
    text(json)
}

fn write_list(json: &mut Vec<u8>, values: &[Value<'_>]) {
    json.push(b'[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        let written = match value {
            Value::Null => serde_json::to_writer(&mut *json, &()),
            Value::Integer(value) => serde_json::to_writer(&mut *json, value),
            Value::Text(text) => serde_json::to_writer(&mut *json, text),
        };
        written.expect("memory takes it, and integers and text have no other way to fail");
    }
    json.push(b']');
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("serde_json writes UTF-8")
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

    use super::*;

    #[test]
    fn most_statements_stay_as_they_are() {
        let text = "UPDATE t SET a = ?1, b = coalesce(min(c), 0) WHERE (d, e) < (?2, ?3)";
        assert_eq!(render(text), text);
    }

    #[test]
    fn rows_lists_and_the_larger_of_two_are_said_in_sqlites_way() {
        assert_eq!(
            render("INSERT INTO t (a, b) VALUES ?rows ON CONFLICT (a) DO NOTHING"),
            "INSERT INTO t (a, b) SELECT value ->> 0, value ->> 1 FROM json_each(?1) \
             WHERE true ORDER BY json_each.rowid ON CONFLICT (a) DO NOTHING"
        );
        assert_eq!(
            render("SELECT f(a) FROM t WHERE (a IN (?1..) OR b IN (?12..)) FOR UPDATE SKIP LOCKED"),
            "SELECT f(a) FROM t WHERE (a IN (SELECT value FROM json_each(?1)) \
             OR b IN (SELECT value FROM json_each(?12)))"
        );
        assert_eq!(
            render("UPDATE t SET a = GREATEST(a, ?1)"),
            "UPDATE t SET a = max(a, ?1)"
        );
    }

    #[tokio::test]
    async fn edg_66_rows_in_their_order_are_not_sorted() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let insert = render("INSERT INTO t (a, b) VALUES ?rows ON CONFLICT (a) DO NOTHING");
        let statements = format!("CREATE TABLE t (a PRIMARY KEY, b); EXPLAIN QUERY PLAN {insert}");
        let plan = sqlx::raw_sql(AssertSqlSafe(statements.replace("?1", "'[[2,0],[1,0]]'")))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        assert!(
            steps.iter().any(|step| step.contains("json_each")),
            "{steps:?}"
        );
        assert!(
            !steps.iter().any(|step| step.contains("B-TREE")),
            "{steps:?}"
        );
    }

    #[test]
    fn a_text_is_rendered_once() {
        let text = "SELECT GREATEST(?1, ?2)";
        let first = DIALECT.statement(text);
        assert_eq!(first.as_ptr(), DIALECT.statement(text).as_ptr());
    }

    #[test]
    fn json_holds_every_kind_of_value() {
        let rows = [vec![Value::Null, 5.into()], vec!["\"é".into(), true.into()]];
        assert_eq!(rows_json(&rows), r#"[[null,5],["\"é",1]]"#);
        assert_eq!(list_json(&[]), "[]");
    }
}
