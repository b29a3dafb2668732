//! Statements whose texts every database takes.

use std::borrow::Cow;

use storage::{Error, FromRow, SqlConnection, Statement, Value};

/// What stands for a NUL in a text that is bound. PostgreSQL holds no text with one and refuses to compare with it;
/// what we store has none, so that a text with one is found nowhere, as in the other databases.
const IN_PLACE_OF_NUL: &str = "\u{fffd}";

/// Makes a statement, as [`storage::query`] does.
#[must_use = "a query does nothing until it is run"]
pub(super) fn query<'a>(text: &'static str) -> PortableStatement<'a> {
    PortableStatement(storage::query(text))
}

/// A statement of this store. Everything that a client sends comes to the database through it.
pub(super) struct PortableStatement<'a>(Statement<'a>);

impl<'a> PortableStatement<'a> {
    pub(super) fn bind(self, value: impl Into<Value<'a>>) -> Self {
        Self(self.0.bind(portable(value.into())))
    }

    pub(super) fn bind_list(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(self.0.bind_list(texts.into_iter().map(portable_text)))
    }

    pub(super) fn bind_rows<const N: usize>(
        self,
        rows: impl IntoIterator<Item = [Value<'a>; N]>,
    ) -> Self {
        Self(
            self.0
                .bind_rows(rows.into_iter().map(|row| row.map(portable))),
        )
    }

    pub(super) async fn execute(self, connection: &mut dyn SqlConnection) -> Result<u64, Error> {
        self.0.execute(connection).await
    }

    pub(super) async fn fetch_all<T: FromRow>(
        self,
        connection: &mut dyn SqlConnection,
    ) -> Result<Vec<T>, Error> {
        self.0.fetch_all(connection).await
    }

    pub(super) async fn fetch_optional<T: FromRow>(
        self,
        connection: &mut dyn SqlConnection,
    ) -> Result<Option<T>, Error> {
        self.0.fetch_optional(connection).await
    }

    pub(super) async fn fetch_one<T: FromRow>(
        self,
        connection: &mut dyn SqlConnection,
    ) -> Result<T, Error> {
        self.0.fetch_one(connection).await
    }
}

fn portable(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(Some(text)) => Value::Text(Some(portable_text(text))),
        other => other,
    }
}

fn portable_text<'a>(text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
    let text = text.into();
    if text.contains('\0') {
        return text.replace('\0', IN_PLACE_OF_NUL).into();
    }
    text
}
