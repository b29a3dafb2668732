//! Statements on SQLite's connections.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::query::Query as Prepared;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Column as _, Decode, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::dialect::{self, DIALECT};
use crate::query::Parameter;
use crate::{Connection, Error, Query, Row, StorageFuture, Value};

impl Connection for SqliteConnection {
    fn execute<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, u64> {
        Box::pin(async move { Ok(prepared(query).execute(self).await?.rows_affected()) })
    }

    fn fetch_all<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, Vec<Row>> {
        Box::pin(async move {
            let rows = prepared(query).fetch_all(self).await?;
            let names = rows.first().map(names).unwrap_or_default();
            let row = |row| values(&row).map(|values| Row::new(Arc::clone(&names), values));
            rows.into_iter().map(row).collect()
        })
    }

    fn fetch_optional<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, Option<Row>> {
        Box::pin(async move {
            let row = prepared(query).fetch_optional(self).await?;
            let row = row.map(|row| values(&row).map(|values| Row::new(names(&row), values)));
            row.transpose()
        })
    }
}

impl Connection for PoolConnection<Sqlite> {
    fn execute<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, u64> {
        Connection::execute(&mut **self, query)
    }

    fn fetch_all<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, Vec<Row>> {
        Connection::fetch_all(&mut **self, query)
    }

    fn fetch_optional<'a>(&'a mut self, query: Query<'a>) -> StorageFuture<'a, Option<Row>> {
        Connection::fetch_optional(&mut **self, query)
    }
}

fn prepared(query: Query<'_>) -> Prepared<'static, Sqlite, SqliteArguments> {
    let prepared = sqlx::query(DIALECT.statement(query.text));
    let bind = |prepared: Prepared<'static, _, _>, parameter| match parameter {
        Parameter::One(Value::Null) => prepared.bind(None::<i64>),
        Parameter::One(Value::Integer(value)) => prepared.bind(value),
        Parameter::One(Value::Text(text)) => prepared.bind(text.into_owned()),
        Parameter::List(values) => prepared.bind(dialect::list_json(&values)),
        Parameter::Rows(rows) => prepared.bind(dialect::rows_json(&rows)),
    };
    query.parameters.into_iter().fold(prepared, bind)
}

fn names(row: &SqliteRow) -> Arc<[String]> {
    let names = row.columns().iter().map(|column| column.name().to_owned());
    names.collect()
}

fn values(row: &SqliteRow) -> Result<Vec<Value<'static>>, Error> {
    (0..row.len()).map(|at| value(row, at)).collect()
}

fn value(row: &SqliteRow, at: usize) -> Result<Value<'static>, Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().into_owned();
    match kind.name() {
        "INTEGER" | "BOOLEAN" => {
            let value = <i64 as Decode<Sqlite>>::decode(raw).map_err(Error::corrupt)?;
            Ok(Value::Integer(value))
        }
        "TEXT" => {
            let text = <String as Decode<Sqlite>>::decode(raw).map_err(Error::corrupt)?;
            Ok(Value::Text(text.into()))
        }
        other => Err(Error::corrupt(format!("a value of the kind {other}"))),
    }
}
