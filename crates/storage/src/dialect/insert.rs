//! The parts of `INSERT INTO t (a, b) VALUES ?rows …`.

/// Stands for the rows of an insert.
const ROWS: &str = "VALUES ?rows";
const INTO: &str = "INSERT INTO ";

/// An insert of many rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Insert {
    /// Up to and with the columns.
    pub(crate) head: &'static str,
    pub(crate) table: &'static str,
    /// As they are written, quotes and all.
    pub(crate) columns: Vec<&'static str>,
    /// What follows the rows.
    pub(crate) rest: &'static str,
}

impl Insert {
    /// The parts of an insert of many rows; `None` for every other statement.
    pub(crate) fn parse(text: &'static str) -> Option<Self> {
        let (head, rest) = text.split_once(ROWS)?;
        let (table, columns) = head.strip_prefix(INTO)?.split_once('(')?;
        let columns = columns.trim_end().strip_suffix(')')?;
        Some(Self {
            head,
            table: table.trim(),
            columns: columns.split(',').map(str::trim).collect(),
            rest,
        })
    }

    /// The columns as their table names them, without quotes.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.columns
            .iter()
            .map(|column| column.trim_matches('"'))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insert_of_rows_has_a_table_and_columns() {
        let insert =
            Insert::parse("INSERT INTO t (a,\n \"key\") VALUES ?rows ON CONFLICT").unwrap();
        assert_eq!(insert.table, "t");
        assert_eq!(insert.columns, ["a", "\"key\""]);
        assert_eq!(insert.names(), ["a", "key"]);
        assert_eq!(insert.rest, " ON CONFLICT");
        assert_eq!(Insert::parse("INSERT INTO t (a) VALUES (?1)"), None);
    }
}
