//! Statements on PostgreSQL's connections.

use std::borrow::Cow;
use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow};
use sqlx::query::Query as Prepared;
use sqlx::{Column as _, Decode, Postgres, Row as _, TypeInfo, ValueRef};

use super::dialect::DIALECT;
use crate::connection::impl_sql_connection;
use crate::dialect::{list_json, row_objects_json};
use crate::query::Binding;
use crate::{Error, Statement, Value};

impl_sql_connection!(PgConnection, PgRow);

fn affected(result: &PgQueryResult) -> u64 {
    result.rows_affected()
}

fn prepared(statement: Statement<'_>) -> Prepared<'static, Postgres, PgArguments> {
    let rendered = DIALECT.statement(statement.text);
    let prepared = sqlx::query(rendered.text.as_str());
    let bind = |prepared: Prepared<'static, _, _>, parameter| match parameter {
        Binding::One(Value::Integer(value)) => prepared.bind(value),
        Binding::One(Value::Text(text)) => prepared.bind(text.map(Cow::into_owned)),
        Binding::List(values) => prepared.bind(list_json(&values)),
        Binding::Rows(rows) => prepared.bind(row_objects_json(&rendered.columns, &rows)),
    };
    statement.bindings.into_iter().fold(prepared, bind)
}

fn value(row: &PgRow, at: usize) -> Result<Value<'static>, Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Integer(None));
    }
    let kind = raw.type_info().into_owned();
    match kind.name() {
        "INT8" => integer(<i64 as Decode<Postgres>>::decode(raw)),
        "INT4" => integer(<i32 as Decode<Postgres>>::decode(raw)),
        "TEXT" | "VARCHAR" | "NAME" => {
            let text = <String as Decode<Postgres>>::decode(raw).map_err(Error::corrupt)?;
            Ok(text.into())
        }
        other => Err(Error::corrupt(format!("a value of the kind {other}"))),
    }
}

fn integer(decoded: Result<impl Into<i64>, BoxDynError>) -> Result<Value<'static>, Error> {
    decoded
        .map(|value| Value::Integer(Some(value.into())))
        .map_err(Error::corrupt)
}
