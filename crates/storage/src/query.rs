//! A statement with its values, and what it runs on.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use crate::{Error, FromRow, Row, Value};

/// A statement in the subset of SQL of this crate's page. The text is static: values are bound, never
/// written into it, and every engine keeps it prepared.
#[must_use = "a query does nothing until it is run"]
pub fn query<'a>(text: &'static str) -> Statement<'a> {
    Statement {
        text,
        bindings: Vec::new(),
    }
}

/// A statement with the values that are bound to it, `?1` first.
#[derive(Debug, Clone)]
pub struct Statement<'a> {
    pub(crate) text: &'static str,
    pub(crate) bindings: Vec<Binding<'a>>,
}

/// What stands for one `?N`, or for `?rows`.
#[derive(Debug, Clone)]
pub(crate) enum Binding<'a> {
    One(Value<'a>),
    List(Vec<Value<'a>>),
    Rows(Vec<Vec<Value<'a>>>),
}

impl<'a> Statement<'a> {
    /// Binds the next `?N`.
    #[must_use = "a query does nothing until it is run"]
    pub fn bind(mut self, value: impl Into<Value<'a>>) -> Self {
        self.bindings.push(Binding::One(value.into()));
        self
    }

    /// Binds the next `?N`, which stands as `(?N..)`: a subquery whose one column, `value`, has these texts.
    #[must_use = "a query does nothing until it is run"]
    pub fn bind_list<V: Into<Cow<'a, str>>>(mut self, texts: impl IntoIterator<Item = V>) -> Self {
        let values = texts.into_iter().map(|text| Value::Text(Some(text.into())));
        self.bindings.push(Binding::List(values.collect()));
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
        self.bindings.push(Binding::Rows(rows));
        self
    }

    /// As [`Statement::bind_rows`], of rows whose width is known only now.
    pub(crate) fn bind_all_rows(mut self, rows: Vec<Vec<Value<'a>>>) -> Self {
        self.bindings.push(Binding::Rows(rows));
        self
    }

    /// Runs it; the number of rows that it inserted, changed or deleted.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(self, connection: &mut dyn SqlConnection) -> Result<u64, Error> {
        connection.execute(self).await
    }

    /// Every row.
    ///
    /// # Errors
    /// When the database refuses it, or a row is not what `T` takes it for.
    pub async fn fetch_all<T: FromRow>(
        self,
        connection: &mut dyn SqlConnection,
    ) -> Result<Vec<T>, Error> {
        let rows = connection.fetch_all(self).await?;
        rows.into_iter().map(T::from_row).collect()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Statement::fetch_all`].
    pub async fn fetch_optional<T: FromRow>(
        self,
        connection: &mut dyn SqlConnection,
    ) -> Result<Option<T>, Error> {
        let row = connection.fetch_optional(self).await?;
        row.map(T::from_row).transpose()
    }

    /// The first row, which must be there.
    ///
    /// # Errors
    /// As [`Statement::fetch_all`]; [`Error::Corrupt`] when there is none.
    pub async fn fetch_one<T: FromRow>(
        self,
        connection: &mut dyn SqlConnection,
    ) -> Result<T, Error> {
        let row = self.fetch_optional(connection).await?;
        row.ok_or_else(|| Error::corrupt("a row that must be there is missing"))
    }
}

/// What a statement comes to.
pub type StorageFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A connection that reads, or a transaction that writes. A store's functions take `&mut dyn SqlConnection`
/// and hand it to [`Statement`]'s methods.
pub trait SqlConnection: Send {
    /// Runs a statement; the number of rows that it inserted, changed or deleted.
    fn execute<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, u64>;

    /// Every row of a statement.
    fn fetch_all<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, Vec<Row>>;

    /// The first row of a statement, if it has one.
    fn fetch_optional<'a>(&'a mut self, statement: Statement<'a>)
    -> StorageFuture<'a, Option<Row>>;
}
