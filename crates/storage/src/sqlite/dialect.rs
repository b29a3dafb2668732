//! How SQLite says it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::dialect::{Dialect, Insert, LOCK, LOCK_FREE, Piece, Rendered, pieces};

/// The renderings of every statement that has run.
pub(super) static DIALECT: LazyLock<Dialect> = LazyLock::new(|| Dialect::new(render));

fn render(statement: &'static str) -> Rendered {
    // Who writes holds the one lock that there is.
    let text = statement.replace(LOCK_FREE, "").replace(LOCK, "");
    let text = lists(&text.replace("GREATEST(", "max("));
    Rendered {
        text: rows(text, Insert::parse(statement)),
        places: None,
        columns: Vec::new(),
    }
}

fn rows(text: String, insert: Option<Insert>) -> String {
    let Some((insert, (head, rest))) = insert.zip(text.split_once("VALUES ?rows")) else {
        return text;
    };
    let values: Vec<_> = (0..insert.columns.len())
        .map(|at| format!("value ->> {at}"))
        .collect();
    let values = values.join(", ");
    // Without WHERE, ON of ON CONFLICT would be taken for that of a join. By rowid is how they come: no other order is
    // kept without sorting the rows.
    format!("{head}SELECT {values} FROM json_each(?1) WHERE true ORDER BY json_each.rowid{rest}")
}

/// `(?N..)` becomes a subquery.
fn lists(text: &str) -> String {
    if text.contains("?rows") {
        return text.to_owned();
    }
    let mut rendered = String::with_capacity(text.len());
    for piece in pieces(text) {
        let written = match piece {
            Piece::Text(text) => write!(rendered, "{text}"),
            Piece::One(at) => write!(rendered, "?{}", at + 1),
            Piece::List(at) => write!(rendered, "(SELECT value FROM json_each(?{}))", at + 1),
        };
        written.expect("memory takes it");
    }
    rendered
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

    use super::*;

    #[test]
    fn most_statements_stay_as_they_are() {
        let text = "UPDATE t SET a = ?1, b = coalesce(min(c), 0) WHERE (d, e) < (?2, ?3)";
        assert_eq!(render(text).text, text);
    }

    #[test]
    fn rows_lists_and_the_larger_of_two_are_said_in_sqlites_way() {
        assert_eq!(
            render("INSERT INTO t (a, b) VALUES ?rows ON CONFLICT (a) DO NOTHING").text,
            "INSERT INTO t (a, b) SELECT value ->> 0, value ->> 1 FROM json_each(?1) \
             WHERE true ORDER BY json_each.rowid ON CONFLICT (a) DO NOTHING"
        );
        assert_eq!(
            render("SELECT f(a) FROM t WHERE (a IN (?1..) OR b IN (?12..)) FOR UPDATE SKIP LOCKED")
                .text,
            "SELECT f(a) FROM t WHERE (a IN (SELECT value FROM json_each(?1)) \
             OR b IN (SELECT value FROM json_each(?12)))"
        );
        assert_eq!(
            render("UPDATE t SET a = GREATEST(a, ?1)").text,
            "UPDATE t SET a = max(a, ?1)"
        );
    }

    #[tokio::test]
    async fn edg_66_rows_in_their_order_are_not_sorted() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let insert = render("INSERT INTO t (a, b) VALUES ?rows ON CONFLICT (a) DO NOTHING").text;
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
        assert!(std::ptr::eq(first, DIALECT.statement(text)));
    }
}
