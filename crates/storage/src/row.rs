//! What a statement returns.

use std::sync::Arc;

use crate::{Error, FromValue, Value};

/// One row, with the names of its columns.
#[derive(Debug, Clone)]
pub struct Row {
    names: Arc<[String]>,
    /// `None` is what a broken file has in place of a value: only who asks for that column meets it.
    values: Vec<Option<Value<'static>>>,
}

impl Row {
    pub(crate) fn new(names: Arc<[String]>, values: Vec<Option<Value<'static>>>) -> Self {
        Self { names, values }
    }

    pub(crate) fn into_values(self) -> Result<Vec<Value<'static>>, Error> {
        self.values.into_iter().map(readable).collect()
    }

    /// The value of a column, by its name or its place (from 0).
    ///
    /// # Errors
    /// [`Error::Statement`] when there is no such column, [`Error::Corrupt`] when it is of another kind.
    pub fn get<T: FromValue>(&self, column: impl Column) -> Result<T, Error> {
        let value = column.place(&self.names).and_then(|at| self.values.get(at));
        let value = value.ok_or_else(|| Error::Statement("no such column".into()))?;
        T::from_value(readable(value.clone())?)
    }
}

fn readable(value: Option<Value<'static>>) -> Result<Value<'static>, Error> {
    value.ok_or_else(|| Error::corrupt("a value that can't be read"))
}

/// What names a column of a row.
pub trait Column {
    /// Its place among `names`, from 0.
    fn place(&self, names: &[String]) -> Option<usize>;
}

impl Column for usize {
    fn place(&self, _names: &[String]) -> Option<usize> {
        Some(*self)
    }
}

impl Column for &str {
    fn place(&self, names: &[String]) -> Option<usize> {
        names.iter().position(|name| name == self)
    }
}

/// What a row can be read as: tuples by the order of their columns, and types of the stores.
pub trait FromRow: Sized {
    /// The row as this type.
    ///
    /// # Errors
    /// When a column is missing or of another kind.
    fn from_row(row: Row) -> Result<Self, Error>;
}

impl FromRow for Row {
    fn from_row(row: Row) -> Result<Self, Error> {
        Ok(row)
    }
}

/// Takes values off the front, as many as a tuple has.
fn next<T: FromValue>(values: &mut std::vec::IntoIter<Option<Value<'static>>>) -> Result<T, Error> {
    let value = values.next();
    let value = value.ok_or_else(|| Error::Statement("too few columns".into()))?;
    T::from_value(readable(value)?)
}

macro_rules! tuples {
    ($(($($name:ident),+))+) => {$(
        impl<$($name: FromValue),+> FromRow for ($($name,)+) {
            fn from_row(row: Row) -> Result<Self, Error> {
                let mut values = row.values.into_iter();
                Ok(($(next::<$name>(&mut values)?,)+))
            }
        }
    )+};
}

tuples! {
    (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H) (A, B, C, D, E, F, G, H, I)
}
