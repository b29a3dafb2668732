//! Statements on SQLite's connections.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::query::Query as Prepared;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Column as _, Decode, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::dialect::{self, DIALECT};
use crate::query::Binding;
use crate::{Error, Row, SqlConnection, Statement, StorageFuture, Value};

impl SqlConnection for SqliteConnection {
    fn execute<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, u64> {
        Box::pin(async move { Ok(prepared(statement).execute(self).await?.rows_affected()) })
    }

    fn fetch_all<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, Vec<Row>> {
        Box::pin(async move {
            let rows = prepared(statement).fetch_all(self).await?;
            let names = rows.first().map(names).unwrap_or_default();
            let row = |row| values(&row).map(|values| Row::new(Arc::clone(&names), values));
            rows.into_iter().map(row).collect()
        })
    }

    fn fetch_optional<'a>(
        &'a mut self,
        statement: Statement<'a>,
    ) -> StorageFuture<'a, Option<Row>> {
        Box::pin(async move {
            let row = prepared(statement).fetch_optional(self).await?;
            let row = row.map(|row| values(&row).map(|values| Row::new(names(&row), values)));
            row.transpose()
        })
    }
}

impl SqlConnection for PoolConnection<Sqlite> {
    fn execute<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, u64> {
        SqlConnection::execute(&mut **self, statement)
    }

    fn fetch_all<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, Vec<Row>> {
        SqlConnection::fetch_all(&mut **self, statement)
    }

    fn fetch_optional<'a>(
        &'a mut self,
        statement: Statement<'a>,
    ) -> StorageFuture<'a, Option<Row>> {
        SqlConnection::fetch_optional(&mut **self, statement)
    }
}

fn prepared(statement: Statement<'_>) -> Prepared<'static, Sqlite, SqliteArguments> {
    let prepared = sqlx::query(DIALECT.statement(statement.text));
    let bind = |prepared: Prepared<'static, _, _>, parameter| match parameter {
        Binding::One(Value::Null) => prepared.bind(None::<i64>),
        Binding::One(Value::Integer(value)) => prepared.bind(value),
        Binding::One(Value::Text(text)) => prepared.bind(text.into_owned()),
        Binding::List(values) => prepared.bind(dialect::list_json(&values)),
        Binding::Rows(rows) => prepared.bind(dialect::rows_json(&rows)),
    };
    statement.bindings.into_iter().fold(prepared, bind)
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
