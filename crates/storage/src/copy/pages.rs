//! The rows of a table in the order of its key, page by page.

use super::tables::CopiedTable;
use crate::{Database, Error, Row, Value, query};

/// Rows of a page, at most.
pub(super) const PAGE: u32 = 500;

/// A row's values, those of its key first.
pub(super) type Values = Vec<Value<'static>>;

/// The statements of one table. Their texts live as long as the process, which copies once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statements {
    first: &'static str,
    after: &'static str,
    last: &'static str,
    count: &'static str,
    pub(super) insert: &'static str,
}

impl Statements {
    pub(super) fn of(table: &CopiedTable) -> Self {
        let CopiedTable { name, key, .. } = table;
        let columns: Vec<_> = table.columns().collect();
        let (columns, order) = (columns.join(", "), key.join(", "));
        let falling = format!("{} DESC", key.join(" DESC, "));
        let limit = key.len() + 1;
        let select = format!("SELECT {columns} FROM {name}");
        let leaked = |text: String| -> &'static str { text.leak() };
        Self {
            first: leaked(format!("{select} ORDER BY {order} LIMIT ?1")),
            after: leaked(format!(
                "{select} WHERE {} ORDER BY {order} LIMIT ?{limit}",
                later(key)
            )),
            last: leaked(format!("{select} ORDER BY {falling} LIMIT 1")),
            count: leaked(format!("SELECT count(*) FROM {name}")),
            insert: leaked(format!("INSERT INTO {name} ({columns}) VALUES ?rows")),
        }
    }
}

/// Later in the order of the key than `?1, ?2, …`, said so that every planner takes the key's index.
fn later(key: &[&str]) -> String {
    let [first, rest @ ..] = key else {
        return "1 = 0".to_owned();
    };
    fn beyond(first: &str, at: usize, rest: &[&str]) -> String {
        match rest {
            [] => format!("{first} > ?{at}"),
            [next, rest @ ..] => {
                let inner = beyond(next, at + 1, rest);
                format!("({first} > ?{at} OR ({first} = ?{at} AND {inner}))")
            }
        }
    }
    match rest {
        [] => beyond(first, 1, rest),
        _ => format!("{first} >= ?1 AND {}", beyond(first, 1, rest)),
    }
}

/// Reads one table of one database from its first row on, or from behind a row.
pub(super) struct Pages<'a> {
    database: &'a Database,
    statements: Statements,
    key: usize,
    after: Option<Values>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(database: &'a Database, table: &CopiedTable, statements: Statements) -> Self {
        Self {
            database,
            statements,
            key: table.key.len(),
            after: None,
        }
    }

    /// Goes on behind this row.
    pub(super) fn behind(mut self, row: &Values) -> Self {
        self.after = Some(row[..self.key].to_vec());
        self
    }

    /// The next rows; empty at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<Values>, Error> {
        let mut statement = match &self.after {
            None => query(self.statements.first),
            Some(_) => query(self.statements.after),
        };
        for value in self.after.iter().flatten() {
            statement = statement.bind(value.clone());
        }
        let mut connection = self.database.read().await?;
        let rows: Vec<Row> = statement.bind(PAGE).fetch_all(&mut connection).await?;
        let rows: Result<Vec<Values>, Error> = rows.into_iter().map(Row::into_values).collect();
        let rows = rows?;
        if let Some(last) = rows.last() {
            self.after = Some(last[..self.key].to_vec());
        }
        Ok(rows)
    }
}

/// The last row of a table.
pub(super) async fn last(
    database: &Database,
    statements: Statements,
) -> Result<Option<Values>, Error> {
    let mut connection = database.read().await?;
    let row: Option<Row> = query(statements.last)
        .fetch_optional(&mut connection)
        .await?;
    row.map(Row::into_values).transpose()
}

/// How many rows a table has.
pub(super) async fn count(database: &Database, statements: Statements) -> Result<u64, Error> {
    let mut connection = database.read().await?;
    let (count,) = query(statements.count).fetch_one(&mut connection).await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_later_follows_the_key_column_by_column() {
        assert_eq!(later(&["a"]), "a > ?1");
        assert_eq!(
            later(&["a", "b", "c"]),
            "a >= ?1 AND (a > ?1 OR (a = ?1 AND (b > ?2 OR (b = ?2 AND c > ?3))))"
        );
    }
}
