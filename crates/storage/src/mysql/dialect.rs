//! How MariaDB and MySQL say it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::dialect::{Dialect, Insert, Piece, Rendered, pieces};

/// The renderings of every statement that has run.
pub(super) static DIALECT: LazyLock<Dialect> = LazyLock::new(|| Dialect::new(render));

/// What an insert reports as its id when `DO NOTHING` did nothing. The number of its rows does not tell: sqlx has
/// the server count rows that were found, changed or not.
pub(super) const SKIPPED: u64 = i64::MAX as u64;

const CONFLICT: &str = " ON CONFLICT (";
const DO_NOTHING: &str = "DO NOTHING";
const DO_UPDATE: &str = "DO UPDATE SET";
const EXCLUDED: &str = "excluded.";
/// Its collation, whichever the server gives it, gives way to a column's that ends in `_bin`.
const JSON_TEXT: &str = "LONGTEXT CHARACTER SET utf8mb4";

fn render(statement: &'static str) -> Rendered {
    let (text, columns) = match Insert::parse(statement) {
        None => (statement.to_owned(), Vec::new()),
        Some(insert) => (rows(&insert), insert.names()),
    };
    let (text, places) = parameters(&conflict(&text));
    Rendered {
        text,
        places: Some(places),
        columns,
    }
}

fn rows(insert: &Insert) -> String {
    let Insert { head, rest, .. } = insert;
    let mut values = Vec::new();
    let mut definitions = Vec::new();
    for (at, name) in insert.names().into_iter().enumerate() {
        values.push(format!("r.c{at}"));
        definitions.push(format!("c{at} {JSON_TEXT} PATH '$.{name}'"));
    }
    let (values, definitions) = (values.join(", "), definitions.join(", "));
    format!(
        "{head}SELECT {values} FROM JSON_TABLE(?1, '$[*]' COLUMNS (o FOR ORDINALITY, {definitions})) \
         AS r ORDER BY r.o{rest}"
    )
}

/// `ON CONFLICT` in terms of whichever unique key is met: a statement must be able to meet no other.
fn conflict(text: &str) -> String {
    let Some((insert, rest)) = conflict_at(text) else {
        return text.to_owned();
    };
    let (keys, action) = rest.split_once(')').unwrap_or((rest, ""));
    let key = keys.split(',').next().unwrap_or(keys).trim();
    let action = action.trim();
    if action == DO_NOTHING {
        return format!(
            "{insert} ON DUPLICATE KEY UPDATE {key} = IF(LAST_INSERT_ID({SKIPPED}) = 0, {key}, {key})"
        );
    }
    let changes = action.strip_prefix(DO_UPDATE).unwrap_or(action);
    format!("{insert} ON DUPLICATE KEY UPDATE{}", excluded(changes))
}

fn conflict_at(text: &str) -> Option<(&str, &str)> {
    let at = text.find("ON CONFLICT (")?;
    let keys = at + CONFLICT.len() - 1;
    Some((text[..at].trim_end(), &text[keys..]))
}

/// `excluded.x` becomes `VALUES(x)`.
fn excluded(changes: &str) -> String {
    let mut parts = changes.split(EXCLUDED);
    let mut rendered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(part.len());
        let (name, rest) = part.split_at(name);
        rendered.push_str("VALUES(");
        rendered.push_str(name);
        rendered.push(')');
        rendered.push_str(rest);
    }
    rendered
}

fn parameters(text: &str) -> (String, Vec<usize>) {
    let mut rendered = String::with_capacity(text.len());
    let mut places = Vec::new();
    for piece in pieces(text) {
        let written = match piece {
            Piece::Text(text) => write!(rendered, "{text}"),
            Piece::One(at) => {
                places.push(at);
                write!(rendered, "?")
            }
            Piece::List(at) => {
                places.push(at);
                write!(
                    rendered,
                    "(SELECT value FROM JSON_TABLE(?, '$[*]' COLUMNS (value {JSON_TEXT} PATH '$')) AS list)"
                )
            }
        };
        written.expect("memory takes it");
    }
    (rendered, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_113_mysql_repeats_what_is_bound_once() {
        let rendered = render("SELECT a FROM t WHERE (?2 IS NULL OR a = ?2) AND b = ?1 FOR UPDATE");
        assert_eq!(
            rendered.text,
            "SELECT a FROM t WHERE (? IS NULL OR a = ?) AND b = ? FOR UPDATE"
        );
        assert_eq!(rendered.places, Some(vec![1, 1, 0]));
        let list = render("SELECT a FROM t WHERE a IN (?1..) AND b = ?2");
        assert_eq!(list.places, Some(vec![0, 1]));
        assert!(list.text.contains("a IN (SELECT value FROM JSON_TABLE(?,"));
    }

    #[test]
    fn edg_113_mysql_settles_conflicts_by_any_key() {
        let said = |text| render(text).text;
        assert_eq!(
            said("INSERT INTO t (a, b) VALUES (?1, ?2)\n ON CONFLICT (a, b) DO NOTHING"),
            "INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE \
             a = IF(LAST_INSERT_ID(9223372036854775807) = 0, a, a)"
        );
        assert_eq!(
            said(
                "INSERT INTO t (a, b) VALUES (?1, ?2)
                 ON CONFLICT (a) DO UPDATE SET b = GREATEST(t.b, excluded.b), c_d = excluded.c_d"
            ),
            "INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE \
             b = GREATEST(t.b, VALUES(b)), c_d = VALUES(c_d)"
        );
        assert_eq!(
            said("INSERT INTO t (a, b) VALUES ?rows"),
            "INSERT INTO t (a, b) SELECT r.c0, r.c1 FROM JSON_TABLE(?, '$[*]' COLUMNS \
             (o FOR ORDINALITY, c0 LONGTEXT CHARACTER SET utf8mb4 PATH '$.a', \
             c1 LONGTEXT CHARACTER SET utf8mb4 PATH '$.b')) AS r ORDER BY r.o"
        );
    }
}
