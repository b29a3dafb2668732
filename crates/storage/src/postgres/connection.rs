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

/// What stands for a NUL in a text that is bound. PostgreSQL holds no text with one and refuses to compare with it; so a
/// text with one is found nowhere, as in the other databases.
const IN_PLACE_OF_NUL: &str = "\u{fffd}";

fn prepared(statement: Statement<'_>) -> Prepared<'static, Postgres, PgArguments> {
    let rendered = DIALECT.statement(statement.text);
    let prepared = sqlx::query(rendered.text.as_str());
    let bind = |prepared: Prepared<'static, _, _>, parameter| match parameter {
        Binding::One(value) => match without_nul(value) {
            Value::Integer(value) => prepared.bind(value),
            Value::Text(text) => prepared.bind(text.map(Cow::into_owned)),
        },
        Binding::List(values) => prepared.bind(list_json(&all_without_nul(values))),
        Binding::Rows(rows) => {
            let rows: Vec<_> = rows.into_iter().map(all_without_nul).collect();
            prepared.bind(row_objects_json(&rendered.columns, &rows))
        }
    };
    statement.bindings.into_iter().fold(prepared, bind)
}

fn all_without_nul(values: Vec<Value<'_>>) -> Vec<Value<'_>> {
    values.into_iter().map(without_nul).collect()
}

fn without_nul(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(Some(text)) if text.contains('\0') => {
            text.replace('\0', IN_PLACE_OF_NUL).into()
        }
        value => value,
    }
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
