//! Statements on SQLite's connections.

use std::borrow::Cow;
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::query::Query as Prepared;
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow};
use sqlx::{Column as _, Decode, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef};

use super::dialect::DIALECT;
use crate::connection::{delegate_sql_connection, impl_sql_connection};
use crate::dialect::{list_json, rows_json};
use crate::query::Binding;
use crate::{Error, Statement, Value};

impl_sql_connection!(SqliteConnection, SqliteRow);

delegate_sql_connection!(PoolConnection<Sqlite>, |pooled| &mut **pooled);

fn prepared(statement: Statement<'_>) -> Prepared<'static, Sqlite, SqliteArguments> {
    let prepared = sqlx::query(DIALECT.statement(statement.text).text.as_str());
    let bind = |prepared: Prepared<'static, _, _>, parameter| match parameter {
        Binding::One(Value::Integer(value)) => prepared.bind(value),
        Binding::One(Value::Text(text)) => prepared.bind(text.map(Cow::into_owned)),
        Binding::List(values) => prepared.bind(list_json(&values)),
        Binding::Rows(rows) => prepared.bind(rows_json(&rows)),
    };
    statement.bindings.into_iter().fold(prepared, bind)
}

fn affected(result: &SqliteQueryResult) -> u64 {
    result.rows_affected()
}

fn value(row: &SqliteRow, at: usize) -> Result<Value<'static>, Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Integer(None));
    }
    let kind = raw.type_info().into_owned();
    match kind.name() {
        "INTEGER" | "BOOLEAN" => {
            let value = <i64 as Decode<Sqlite>>::decode(raw).map_err(Error::corrupt)?;
            Ok(Value::Integer(Some(value)))
        }
        "TEXT" => {
            let text = <String as Decode<Sqlite>>::decode(raw).map_err(Error::corrupt)?;
            Ok(text.into())
        }
        other => Err(Error::corrupt(format!("a value of the kind {other}"))),
    }
}
