//! How PostgreSQL says it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::dialect::{Dialect, Insert, Piece, Rendered, pieces};

/// The renderings of every statement that has run.
pub(super) static DIALECT: LazyLock<Dialect> = LazyLock::new(|| Dialect::new(render));

fn render(statement: &'static str) -> Rendered {
    match Insert::parse(statement) {
        None => Rendered {
            text: parameters(statement),
            places: None,
            columns: Vec::new(),
        },
        Some(insert) => Rendered {
            text: rows(&insert),
            places: None,
            columns: insert.names(),
        },
    }
}

/// The rows are read as those of the table, so that each value has its column's type.
fn rows(insert: &Insert) -> String {
    let Insert {
        head, table, rest, ..
    } = insert;
    let columns: Vec<_> = insert
        .columns
        .iter()
        .map(|name| format!("r.{name}"))
        .collect();
    let columns = columns.join(", ");
    format!(
        "{head}SELECT {columns} FROM ROWS FROM (json_populate_recordset(NULL::{table}, $1::json)) \
         WITH ORDINALITY AS r ORDER BY r.ordinality{rest}"
    )
}

fn parameters(text: &str) -> String {
    let mut rendered = String::with_capacity(text.len());
    for piece in pieces(text) {
        let written = match piece {
            Piece::Text(text) => write!(rendered, "{text}"),
            Piece::One(at) => write!(rendered, "${}", at + 1),
            Piece::List(at) => write!(
                rendered,
                "(SELECT value FROM json_array_elements_text(${}::json) AS list (value))",
                at + 1
            ),
        };
        written.expect("memory takes it");
    }
    rendered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_113_postgres_numbers_its_parameters_and_reads_rows_as_its_tables() {
        let said = |text| render(text).text;
        assert_eq!(
            said("UPDATE t SET a = GREATEST(a, ?2) WHERE b = ?1 FOR UPDATE SKIP LOCKED"),
            "UPDATE t SET a = GREATEST(a, $2) WHERE b = $1 FOR UPDATE SKIP LOCKED"
        );
        assert_eq!(
            said("SELECT a FROM t WHERE a IN (?1..)"),
            "SELECT a FROM t WHERE a IN \
             (SELECT value FROM json_array_elements_text($1::json) AS list (value))"
        );
        let rows = render("INSERT INTO t (a, \"key\") VALUES ?rows ON CONFLICT (a) DO NOTHING");
        assert_eq!(
            rows.text,
            "INSERT INTO t (a, \"key\") SELECT r.a, r.\"key\" \
             FROM ROWS FROM (json_populate_recordset(NULL::t, $1::json)) WITH ORDINALITY AS r \
             ORDER BY r.ordinality ON CONFLICT (a) DO NOTHING"
        );
        assert_eq!(rows.columns, ["a", "key"]);
    }
}
