//! Accounts of people. An account's row has its person's beside it: name, language and zone stand there.

use scheduler_core::{Account, EmailAddress};
use storage::{FromRow, Row, SqlConnection, Statement, Value, query};
use wire::{FoundPerson, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    AccountQueries, AccountRepository, StoreError, StoreFuture, StoredAccount, StoredLogin,
};

/// The last character there is: what begins with a text sorts before the text with it behind.
const LAST_CHARACTER: char = char::MAX;

/// A statement that selects accounts: what stands between the columns and the end of the text is given.
macro_rules! select_accounts {
    ($rest:literal) => {
        concat!(
            "SELECT a.user_id, a.email, a.email_verified, a.password, a.discoverable, a.notify, \
             u.name, u.locale, u.time_zone, u.created_at \
             FROM accounts a JOIN users u ON u.id = a.user_id ",
            $rest
        )
    };
}

impl AccountQueries for SqlStore {
    fn find_by_email(&self, email: EmailAddress) -> StoreFuture<'_, Option<StoredAccount>> {
        Box::pin(async move {
            let statement = query(select_accounts!("WHERE a.email_key = ?1")).bind(email.key());
            find(&mut self.db.read().await?, statement).await
        })
    }

    fn find(&self, user: UserId) -> StoreFuture<'_, Option<StoredAccount>> {
        Box::pin(async move {
            let statement = query(select_accounts!("WHERE a.user_id = ?1")).bind(user.as_str());
            find(&mut self.db.read().await?, statement).await
        })
    }

    fn find_login(&self, hash: String) -> StoreFuture<'_, Option<(StoredLogin, Account)>> {
        Box::pin(async move {
            let mut connection = self.db.read().await?;
            let login: Option<LoginRow> = query(
                "SELECT id, user_id, hash, created_at, last_used_at, expires_at, user_agent \
                 FROM logins WHERE hash = ?1",
            )
            .bind(hash)
            .fetch_optional(&mut connection)
            .await?;
            let Some(LoginRow(login)) = login else {
                return Ok(None);
            };
            let statement =
                query(select_accounts!("WHERE a.user_id = ?1")).bind(login.user.as_str());
            let found = find(&mut connection, statement).await?;
            Ok(found.map(|stored| (login, stored.account)))
        })
    }

    fn logins(&self, user: UserId, now: UnixMs) -> StoreFuture<'_, Vec<StoredLogin>> {
        Box::pin(async move {
            let rows: Vec<LoginRow> = query(
                "SELECT id, user_id, hash, created_at, last_used_at, expires_at, user_agent \
                 FROM logins WHERE user_id = ?1 AND expires_at > ?2 ORDER BY id DESC",
            )
            .bind(user.as_str())
            .bind(now)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|LoginRow(login)| login).collect())
        })
    }

    fn search(&self, name_key: String, limit: u32) -> StoreFuture<'_, Vec<FoundPerson>> {
        Box::pin(async move {
            let end = format!("{name_key}{LAST_CHARACTER}");
            let rows: Vec<(String, String)> = query(
                "SELECT u.id, u.name FROM users u JOIN (SELECT user_id, min(name_key) AS name_key \
                 FROM searchable_names WHERE name_key >= ?1 AND name_key < ?2 \
                 GROUP BY user_id) s ON s.user_id = u.id ORDER BY s.name_key, u.id LIMIT ?3",
            )
            .bind(name_key)
            .bind(end)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            let found = |(id, name): (String, String)| FoundPerson {
                id: id.into(),
                name,
            };
            Ok(rows.into_iter().map(found).collect())
        })
    }
}

impl AccountRepository for SqlUnitOfWork {
    fn find_by_email<'a>(
        &'a mut self,
        email: &'a EmailAddress,
    ) -> StoreFuture<'a, Option<StoredAccount>> {
        Box::pin(async {
            let lock = query("SELECT user_id FROM accounts WHERE email_key = ?1 FOR UPDATE");
            find_locked(&mut self.tx, lock.bind(email.key())).await
        })
    }

    fn find<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Option<StoredAccount>> {
        Box::pin(async {
            let lock = query("SELECT user_id FROM accounts WHERE user_id = ?1 FOR UPDATE");
            find_locked(&mut self.tx, lock.bind(user.as_str())).await
        })
    }

    fn insert<'a>(&'a mut self, stored: &'a StoredAccount) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let account = &stored.account;
            query(
                "INSERT INTO accounts (user_id, email, email_key, email_verified, password, discoverable, notify) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )
            .bind(account.user.as_str())
            .bind(account.email.text())
            .bind(account.email.key())
            .bind(account.email_verified)
            .bind(&stored.password)
            .bind(account.discoverable)
            .bind(serde_json::to_string(&account.notify)?)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn update<'a>(&'a mut self, stored: &'a StoredAccount) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let account = &stored.account;
            query(
                "UPDATE accounts SET email = ?1, email_key = ?2, email_verified = ?3, password = ?4, \
                 discoverable = ?5, notify = ?6 WHERE user_id = ?7",
            )
            .bind(account.email.text())
            .bind(account.email.key())
            .bind(account.email_verified)
            .bind(&stored.password)
            .bind(account.discoverable)
            .bind(serde_json::to_string(&account.notify)?)
            .bind(account.user.as_str())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn set_searchable<'a>(
        &'a mut self,
        user: &'a UserId,
        name_keys: &'a [String],
    ) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("DELETE FROM searchable_names WHERE user_id = ?1")
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            let row = |name_key: &'a String| -> [Value<'_>; 2] {
                [name_key.into(), user.as_str().into()]
            };
            query("INSERT INTO searchable_names (name_key, user_id) VALUES ?rows")
                .bind_rows(name_keys.iter().map(row))
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

/// The account whose row `lock` selects and locks. The query of whole accounts joins their people, whose rows a lock
/// would take as well.
async fn find_locked(
    connection: &mut dyn SqlConnection,
    lock: Statement<'_>,
) -> Result<Option<StoredAccount>, StoreError> {
    let Some((id,)) = lock.fetch_optional::<(String,)>(connection).await? else {
        return Ok(None);
    };
    let statement = query(select_accounts!("WHERE a.user_id = ?1")).bind(id);
    find(connection, statement).await
}

async fn find(
    connection: &mut dyn SqlConnection,
    statement: Statement<'_>,
) -> Result<Option<StoredAccount>, StoreError> {
    let row: Option<AccountRow> = statement.fetch_optional(connection).await?;
    row.map(AccountRow::into_account).transpose()
}

struct AccountRow {
    user: String,
    email: String,
    email_verified: bool,
    password: String,
    discoverable: bool,
    notify: String,
    name: String,
    locale: Option<String>,
    time_zone: Option<String>,
    created_at: UnixMs,
}

impl FromRow for AccountRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            user: row.get("user_id")?,
            email: row.get("email")?,
            email_verified: row.get("email_verified")?,
            password: row.get("password")?,
            discoverable: row.get("discoverable")?,
            notify: row.get("notify")?,
            name: row.get("name")?,
            locale: row.get("locale")?,
            time_zone: row.get("time_zone")?,
            created_at: row.get("created_at")?,
        })
    }
}

impl AccountRow {
    fn into_account(self) -> Result<StoredAccount, StoreError> {
        let email = EmailAddress::parse(&self.email).ok_or_else(|| unreadable("an address"))?;
        let account = Account {
            user: self.user.into(),
            email,
            email_verified: self.email_verified,
            name: self.name,
            locale: self.locale.ok_or_else(|| unreadable("an account"))?,
            time_zone: self.time_zone.ok_or_else(|| unreadable("an account"))?,
            discoverable: self.discoverable,
            notify: serde_json::from_str(&self.notify)?,
            created_at: self.created_at,
        };
        Ok(StoredAccount {
            account,
            password: self.password,
        })
    }
}

struct LoginRow(StoredLogin);

impl FromRow for LoginRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(StoredLogin {
            id: row.get("id")?,
            user: UserId(row.get("user_id")?),
            hash: row.get("hash")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
            expires_at: row.get("expires_at")?,
            user_agent: row.get("user_agent")?,
        }))
    }
}
