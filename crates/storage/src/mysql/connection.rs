//! Statements on the connections of MariaDB and MySQL.

use std::borrow::Cow;
use std::sync::Arc;

use sqlx::mysql::{MySqlArguments, MySqlConnection, MySqlQueryResult, MySqlRow};
use sqlx::query::Query as Prepared;
use sqlx::{Column as _, Decode, MySql, Row as _, TypeInfo, ValueRef};

use super::dialect::{DIALECT, SKIPPED};
use crate::connection::impl_sql_connection;
use crate::dialect::{list_json, row_objects_json};
use crate::query::Binding;
use crate::{Error, Statement, Value};

impl_sql_connection!(MySqlConnection, MySqlRow);

fn affected(result: &MySqlQueryResult) -> u64 {
    match result.last_insert_id() {
        SKIPPED => 0,
        _ => result.rows_affected(),
    }
}

fn prepared(statement: Statement<'_>) -> Prepared<'static, MySql, MySqlArguments> {
    let rendered = DIALECT.statement(statement.text);
    let prepared = sqlx::query(rendered.text.as_str());
    let places = rendered.places.as_deref().unwrap_or_default();
    // One that is missing is left out, which the server refuses: a fault of the statement.
    let bindings = places.iter().filter_map(|at| statement.bindings.get(*at));
    bindings.fold(prepared, |prepared, binding| match binding {
        Binding::One(Value::Integer(value)) => prepared.bind(*value),
        Binding::One(Value::Text(text)) => prepared.bind(text.clone().map(Cow::into_owned)),
        Binding::List(values) => prepared.bind(list_json(values)),
        Binding::Rows(rows) => prepared.bind(row_objects_json(&rendered.columns, rows)),
    })
}

fn value(row: &MySqlRow, at: usize) -> Result<Value<'static>, Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Integer(None));
    }
    let kind = raw.type_info().into_owned();
    match kind.name() {
        "BIGINT" | "INT" | "MEDIUMINT" | "SMALLINT" | "TINYINT" | "BOOLEAN" => {
            let value = <i64 as Decode<MySql>>::decode(raw).map_err(Error::corrupt)?;
            Ok(value.into())
        }
        // What the server calculates or is set to.
        "BIGINT UNSIGNED" | "INT UNSIGNED" => {
            let value = <u64 as Decode<MySql>>::decode(raw).map_err(Error::corrupt)?;
            Ok(value.into())
        }
        // Text whose collation is binary is told as bytes.
        "VARCHAR" | "CHAR" | "TEXT" | "TINYTEXT" | "MEDIUMTEXT" | "LONGTEXT" | "VARBINARY"
        | "BINARY" | "BLOB" | "TINYBLOB" | "MEDIUMBLOB" | "LONGBLOB" => {
            let text = <String as Decode<MySql>>::decode(raw).map_err(Error::corrupt)?;
            Ok(text.into())
        }
        other => Err(Error::corrupt(format!("a value of the kind {other}"))),
    }
}
