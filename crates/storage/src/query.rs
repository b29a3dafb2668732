//! A statement and its values.

use crate::{Connection, Error, FromRow, Value};

/// A statement in the subset of SQL of this crate's page. The text is static: values are bound, never
/// written into it, and every engine keeps it prepared.
#[must_use = "a query does nothing until it is run"]
pub fn query<'a>(text: &'static str) -> Query<'a> {
    Query {
        text,
        parameters: Vec::new(),
    }
}

/// A statement with the values that are bound to it, `?1` first.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    pub(crate) text: &'static str,
    pub(crate) parameters: Vec<Parameter<'a>>,
}

/// What stands for one `?N`, or for `?rows`.
#[derive(Debug, Clone)]
pub(crate) enum Parameter<'a> {
    One(Value<'a>),
    List(Vec<Value<'a>>),
    Rows(Vec<Vec<Value<'a>>>),
}

impl<'a> Query<'a> {
    /// Binds the next `?N`.
    #[must_use = "a query does nothing until it is run"]
    pub fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.parameters.push(Parameter::One(value.into()));
        self
    }

    /// Binds the next `?N`, which stands as `(?N..)`: a subquery whose one column, `value`, has these.
    #[must_use = "a query does nothing until it is run"]
    pub fn bind_list<V: Into<Value<'a>>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.parameters.push(Parameter::List(values));
        self
    }

    /// Binds `?rows`, in `INSERT INTO t (a, b) VALUES ?rows`: each row's values in the order of the columns.
    /// Rows are inserted in their order; none is fine. It is the only parameter of its statement.
    #[must_use = "a query does nothing until it is run"]
    pub fn bind_rows<const N: usize>(
        mut self,
        rows: impl IntoIterator<Item = [Value<'a>; N]>,
    ) -> Self {
        let rows = rows.into_iter().map(Vec::from).collect();
        self.parameters.push(Parameter::Rows(rows));
        self
    }

    /// Runs it; the number of rows that it inserted, changed or deleted.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(self, connection: &mut dyn Connection) -> Result<u64, Error> {
        connection.execute(self).await
    }

    /// Every row.
    ///
    /// # Errors
    /// When the database refuses it, or a row is not what `T` takes it for.
    pub async fn fetch_all<T: FromRow>(
        self,
        connection: &mut dyn Connection,
    ) -> Result<Vec<T>, Error> {
        let rows = connection.fetch_all(self).await?;
        rows.into_iter().map(T::from_row).collect()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Query::fetch_all`].
    pub async fn fetch_optional<T: FromRow>(
        self,
        connection: &mut dyn Connection,
    ) -> Result<Option<T>, Error> {
        let row = connection.fetch_optional(self).await?;
        row.map(T::from_row).transpose()
    }

    /// The first row, which must be there.
    ///
    /// # Errors
    /// As [`Query::fetch_all`]; [`Error::Corrupt`] when there is none.
    pub async fn fetch_one<T: FromRow>(self, connection: &mut dyn Connection) -> Result<T, Error> {
        let row = self.fetch_optional(connection).await?;
        row.ok_or_else(|| Error::corrupt("a row that must be there is missing"))
    }
}
