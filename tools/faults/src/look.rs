//! What is in a database, read past the program.

use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};
use sqlx::{MySqlConnection, PgConnection};

/// A connection that reads.
#[derive(Debug)]
pub enum Look {
    /// Of a file.
    Sqlite(SqliteConnection),
    /// That of PostgreSQL.
    Postgres(PgConnection),
    /// That of MariaDB.
    MySql(MySqlConnection),
}

impl Look {
    /// Into the database at `url`, as the settings of a service have it.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn into(url: &str) -> Self {
        match url.split_once(':').unwrap().0 {
            "sqlite" => Self::Sqlite(SqliteConnection::connect(url).await.unwrap()),
            "postgres" => Self::Postgres(PgConnection::connect(url).await.unwrap()),
            _ => Self::MySql(MySqlConnection::connect(url).await.unwrap()),
        }
    }

    /// The first column of each row, as text.
    ///
    /// # Panics
    /// When the database does not answer, or refuses the statement.
    pub async fn at(&mut self, statement: &str) -> Vec<String> {
        let query = AssertSqlSafe(statement.to_owned());
        // A text of another collation is told as bytes, which are the same ones.
        match self {
            Self::Sqlite(one) => {
                let rows = sqlx::query(query).fetch_all(one).await.unwrap();
                rows.iter().map(|row| row.get_unchecked(0)).collect()
            }
            Self::Postgres(one) => {
                let rows = sqlx::query(query).fetch_all(one).await.unwrap();
                rows.iter().map(|row| row.get_unchecked(0)).collect()
            }
            Self::MySql(one) => {
                let rows = sqlx::query(query).fetch_all(one).await.unwrap();
                rows.iter().map(|row| row.get_unchecked(0)).collect()
            }
        }
    }
}

/// One look: as [`Look::at`].
///
/// # Panics
/// When the database does not answer, or refuses the statement.
pub async fn look(url: &str, statement: &str) -> Vec<String> {
    let mut look = Look::into(url).await;
    let found = look.at(statement).await;
    if let Look::Sqlite(file) = look {
        file.close().await.unwrap();
    }
    found
}
