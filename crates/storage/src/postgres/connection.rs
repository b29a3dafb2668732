//! Statements on PostgreSQL's connections.

use std::sync::Arc;

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{
    PgArgumentBuffer, PgArguments, PgConnection, PgQueryResult, PgRow, PgTypeInfo,
};
use sqlx::query::Query as Prepared;
use sqlx::{Column as _, Decode, Postgres, Row as _, Type, TypeInfo, ValueRef};

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
        Binding::One(Value::Null) => prepared.bind(Null),
        Binding::One(Value::Integer(value)) => prepared.bind(value),
        Binding::One(Value::Text(text)) => prepared.bind(text.into_owned()),
        Binding::List(values) => prepared.bind(list_json(&values)),
        Binding::Rows(rows) => prepared.bind(row_objects_json(&rendered.columns, &rows)),
    };
    statement.bindings.into_iter().fold(prepared, bind)
}

/// `NULL` of the type that its place has: a statement is prepared once, whatever is bound first.
struct Null;

impl Type<Postgres> for Null {
    fn type_info() -> PgTypeInfo {
        // Unspecified (<https://www.postgresql.org/docs/current/protocol-message-formats.html>, Parse).
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Null {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

fn value(row: &PgRow, at: usize) -> Result<Value<'static>, Error> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let kind = raw.type_info().into_owned();
    match kind.name() {
        "INT8" => integer(<i64 as Decode<Postgres>>::decode(raw)),
        "INT4" => integer(<i32 as Decode<Postgres>>::decode(raw)),
        "TEXT" | "VARCHAR" | "NAME" => {
            let text = <String as Decode<Postgres>>::decode(raw).map_err(Error::corrupt)?;
            Ok(Value::Text(text.into()))
        }
        other => Err(Error::corrupt(format!("a value of the kind {other}"))),
    }
}

fn integer(decoded: Result<impl Into<i64>, BoxDynError>) -> Result<Value<'static>, Error> {
    decoded
        .map(|value| Value::Integer(value.into()))
        .map_err(Error::corrupt)
}
