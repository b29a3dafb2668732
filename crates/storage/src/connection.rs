//! Statements on a driver's connection.

/// Implements [`crate::SqlConnection`] for a connection of sqlx. Where it is used there are `prepared`, which
/// makes a query of a statement; `affected`, the number of rows of a result; and `value`, a column's value.
macro_rules! impl_sql_connection {
    ($connection:ty, $row:ty) => {
        impl $crate::SqlConnection for $connection {
            fn execute<'a>(
                &'a mut self,
                statement: $crate::Statement<'a>,
            ) -> $crate::StorageFuture<'a, u64> {
                Box::pin(async move { Ok(affected(&prepared(statement).execute(self).await?)) })
            }

            fn fetch_all<'a>(
                &'a mut self,
                statement: $crate::Statement<'a>,
            ) -> $crate::StorageFuture<'a, Vec<$crate::Row>> {
                Box::pin(async move {
                    let rows = prepared(statement).fetch_all(self).await?;
                    let names = rows.first().map(names).unwrap_or_default();
                    let row = |row| {
                        values(&row).map(|values| $crate::Row::new(Arc::clone(&names), values))
                    };
                    rows.into_iter().map(row).collect()
                })
            }

            fn fetch_optional<'a>(
                &'a mut self,
                statement: $crate::Statement<'a>,
            ) -> $crate::StorageFuture<'a, Option<$crate::Row>> {
                Box::pin(async move {
                    let row = prepared(statement).fetch_optional(self).await?;
                    let row = row.map(|row| {
                        values(&row).map(|values| $crate::Row::new(names(&row), values))
                    });
                    row.transpose()
                })
            }
        }

        fn names(row: &$row) -> Arc<[String]> {
            let names = row.columns().iter().map(|column| column.name().to_owned());
            names.collect()
        }

        fn values(row: &$row) -> Result<Vec<Option<$crate::Value<'static>>>, $crate::Error> {
            let value = |at| match value(row, at) {
                Ok(value) => Ok(Some(value)),
                Err($crate::Error::Corrupt(_)) => Ok(None),
                Err(error) => Err(error),
            };
            (0..row.len()).map(value).collect()
        }
    };
}

pub(crate) use impl_sql_connection;

/// Implements [`crate::SqlConnection`] by the connection within: `|outer| &mut outer.inner`.
macro_rules! delegate_sql_connection {
    ($outer:ty, |$this:ident| $inner:expr $(, $driver:ident: $bound:path)?) => {
        impl$(<$driver: $bound>)? $crate::SqlConnection for $outer {
            fn execute<'a>(
                &'a mut self,
                statement: $crate::Statement<'a>,
            ) -> $crate::StorageFuture<'a, u64> {
                let $this = self;
                $crate::SqlConnection::execute($inner, statement)
            }

            fn fetch_all<'a>(
                &'a mut self,
                statement: $crate::Statement<'a>,
            ) -> $crate::StorageFuture<'a, Vec<$crate::Row>> {
                let $this = self;
                $crate::SqlConnection::fetch_all($inner, statement)
            }

            fn fetch_optional<'a>(
                &'a mut self,
                statement: $crate::Statement<'a>,
            ) -> $crate::StorageFuture<'a, Option<$crate::Row>> {
                let $this = self;
                $crate::SqlConnection::fetch_optional($inner, statement)
            }
        }
    };
}

pub(crate) use delegate_sql_connection;
