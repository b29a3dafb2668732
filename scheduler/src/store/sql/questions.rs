//! Questions that sessions were given.

use scheduler_core::AskedQuestion;
use storage::{SqlConnection, query};
use wire::{SessionId, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{QuestionQueries, QuestionRepository, StoreError, StoreFuture};

impl QuestionQueries for SqlStore {
    fn find(&self, session: SessionId, position: u32) -> StoreFuture<'_, Option<String>> {
        Box::pin(async move {
            let mut connection = self.db.read().await?;
            find(&mut connection, &session, position).await
        })
    }
}

impl QuestionRepository for SqlUnitOfWork {
    fn find<'a>(
        &'a mut self,
        session: &'a SessionId,
        position: u32,
    ) -> StoreFuture<'a, Option<String>> {
        Box::pin(find(&mut self.tx, session, position))
    }

    fn times_had<'a>(&'a mut self, pair: &'a [UserId; 2]) -> StoreFuture<'a, Vec<(String, u32)>> {
        Box::pin(async {
            let [first, second] = pair;
            let had = query(
                "SELECT question_id, count(*) FROM asked_questions \
                 WHERE first_user = ?1 AND second_user = ?2 GROUP BY question_id",
            )
            .bind(first.as_str())
            .bind(second.as_str())
            .fetch_all(&mut self.tx)
            .await?;
            Ok(had)
        })
    }

    fn insert<'a>(&'a mut self, asked: &'a AskedQuestion) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let [first, second] = &asked.pair;
            query(
                "INSERT INTO asked_questions \
                 (session_id, position, first_user, second_user, question_id, repeats) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .bind(asked.session.as_str())
            .bind(asked.position)
            .bind(first.as_str())
            .bind(second.as_str())
            .bind(&asked.id)
            .bind(asked.repeats)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

async fn find(
    connection: &mut dyn SqlConnection,
    session: &SessionId,
    position: u32,
) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> =
        query("SELECT question_id FROM asked_questions WHERE session_id = ?1 AND position = ?2")
            .bind(session.as_str())
            .bind(position)
            .fetch_optional(connection)
            .await?;
    Ok(found.map(|(id,)| id))
}
