//! Rooms of groups.

use scheduler_core::{Group, GroupActor, GroupMember, GroupTitle};
use storage::{FromRow, Row, SqlConnection, Value, query};
use wire::{ExportedGroup, ListedGroup, RoomId, RoomRole, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{GroupQuery, RoomQueries, RoomRepository, StoreError, StoreFuture};

/// A query of the groups of somebody, with the number of their members.
macro_rules! list_groups {
    ($role:literal, $whose:literal) => {
        concat!(
            "SELECT r.id, r.name, r.revision, ",
            $role,
            " AS role, (SELECT count(*) FROM room_members a WHERE a.room_id = r.id) AS members ",
            $whose,
            " AND (?2 IS NULL OR r.id < ?2) ORDER BY r.id DESC LIMIT ?3"
        )
    };
}

const OF_APPLICATION: &str = list_groups!("NULL", "FROM rooms r WHERE r.application = ?1");
const OF_PERSON: &str = list_groups!(
    "m.role",
    "FROM room_members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = ?1"
);

impl RoomQueries for SqlStore {
    fn find(&self, id: RoomId) -> StoreFuture<'_, Option<Group>> {
        Box::pin(async move { find(&mut self.db.read().await?, &id).await })
    }

    fn list(&self, wanted: GroupQuery) -> StoreFuture<'_, Vec<ListedGroup>> {
        Box::pin(async move {
            let (statement, whose) = match &wanted.of {
                GroupActor::Application(name) => (OF_APPLICATION, name.as_str()),
                GroupActor::Person(user) => (OF_PERSON, user.as_str()),
            };
            let rows: Vec<ListedRow> = query(statement)
                .bind(whose)
                .bind(wanted.before.as_ref().map(RoomId::as_str))
                .bind(wanted.limit)
                .fetch_all(&mut self.db.read().await?)
                .await?;
            Ok(rows.into_iter().map(|ListedRow(group)| group).collect())
        })
    }

    fn count(&self, application: String) -> StoreFuture<'_, u32> {
        Box::pin(async move {
            let (count,): (u32,) = query("SELECT count(*) FROM rooms WHERE application = ?1")
                .bind(application)
                .fetch_one(&mut self.db.read().await?)
                .await?;
            Ok(count)
        })
    }

    fn export(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<ExportedGroup>> {
        Box::pin(async move {
            let rows: Vec<ExportedRow> = query(
                "SELECT r.id, r.name, m.role, m.joined_at FROM room_members m JOIN rooms r ON r.id = m.room_id \
                 WHERE m.user_id = ?1 ORDER BY r.id DESC LIMIT ?2",
            )
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|ExportedRow(group)| group).collect())
        })
    }
}

impl RoomRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a RoomId) -> StoreFuture<'a, Option<Group>> {
        Box::pin(async {
            match self.lock_room(id).await? {
                true => find(&mut self.tx, id).await,
                false => Ok(None),
            }
        })
    }

    fn title<'a>(
        &'a mut self,
        id: &'a RoomId,
        member: &'a UserId,
    ) -> StoreFuture<'a, Option<GroupTitle>> {
        Box::pin(async {
            if !self.lock_room(id).await? {
                return Ok(None);
            }
            let row: Option<TitleRow> = query(
                "SELECT r.id, r.application, r.name FROM rooms r \
                 JOIN room_members m ON m.room_id = r.id WHERE r.id = ?1 AND m.user_id = ?2",
            )
            .bind(id.as_str())
            .bind(member.as_str())
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(row.map(|TitleRow(title)| title))
        })
    }

    fn ids_of<'a>(&'a mut self, user: &'a UserId, limit: u32) -> StoreFuture<'a, Vec<RoomId>> {
        Box::pin(async move {
            let ids: Vec<(String,)> = query(
                "SELECT room_id FROM room_members WHERE user_id = ?1 ORDER BY room_id LIMIT ?2",
            )
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(ids.into_iter().map(|(id,)| RoomId(id)).collect())
        })
    }

    fn crowded<'a>(&'a mut self, users: &'a [UserId], groups: u32) -> StoreFuture<'a, Vec<UserId>> {
        Box::pin(async move {
            let found: Vec<(String,)> = query(
                "SELECT user_id FROM room_members WHERE user_id IN (?1..) \
                 GROUP BY user_id HAVING count(*) >= ?2",
            )
            .bind_list(users.iter().map(UserId::as_str))
            .bind(groups)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(found.into_iter().map(|(id,)| UserId(id)).collect())
        })
    }

    fn insert<'a>(&'a mut self, group: &'a Group) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO rooms (id, application, name, revision, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .bind(group.id.as_str())
            .bind(&group.application)
            .bind(group.name.as_deref())
            .bind(group.revision)
            .bind(group.created_at)
            .execute(&mut self.tx)
            .await?;
            self.add_members(&group.id, &group.members).await
        })
    }

    fn revise<'a>(
        &'a mut self,
        id: &'a RoomId,
        name: Option<&'a str>,
        revision: u64,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE rooms SET name = ?1, revision = ?2 WHERE id = ?3")
                .bind(name)
                .bind(revision)
                .bind(id.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn add_members<'a>(
        &'a mut self,
        id: &'a RoomId,
        members: &'a [GroupMember],
    ) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO room_members (room_id, user_id, position, role, given_name, joined_at) \
                 VALUES ?rows",
            )
            .bind_rows(members.iter().map(|one| member_row(id, one)))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn remove_member<'a>(&'a mut self, id: &'a RoomId, user: &'a UserId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("DELETE FROM room_members WHERE room_id = ?1 AND user_id = ?2")
                .bind(id.as_str())
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn make_owner<'a>(&'a mut self, id: &'a RoomId, user: &'a UserId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("UPDATE room_members SET role = 'owner' WHERE room_id = ?1 AND user_id = ?2")
                .bind(id.as_str())
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn delete<'a>(&'a mut self, id: &'a RoomId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            for statement in [
                "DELETE FROM room_members WHERE room_id = ?1",
                "DELETE FROM rooms WHERE id = ?1",
            ] {
                query(statement)
                    .bind(id.as_str())
                    .execute(&mut self.tx)
                    .await?;
            }
            Ok(())
        })
    }
}

impl SqlUnitOfWork {
    /// True where there is such a room: it stays as it is from here on.
    async fn lock_room(&mut self, id: &RoomId) -> Result<bool, StoreError> {
        let found: Option<(String,)> = query("SELECT id FROM rooms WHERE id = ?1 FOR UPDATE")
            .bind(id.as_str())
            .fetch_optional(&mut self.tx)
            .await?;
        Ok(found.is_some())
    }
}

/// In one statement: without a lock another could change the room between two.
async fn find(
    connection: &mut dyn SqlConnection,
    id: &RoomId,
) -> Result<Option<Group>, StoreError> {
    let rows: Vec<GroupMemberRow> = query(
        "SELECT r.id, r.application, r.name AS room_name, r.revision, r.created_at, m.user_id, u.external_id, \
         coalesce(m.given_name, u.name) AS name, m.given_name, m.role, m.position, m.joined_at \
         FROM rooms r JOIN room_members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id \
         WHERE r.id = ?1 ORDER BY m.position",
    )
    .bind(id.as_str())
    .fetch_all(connection)
    .await?;
    let mut rows = rows.into_iter();
    let Some(GroupMemberRow { mut group, member }) = rows.next() else {
        return Ok(None);
    };
    group.members.push(member);
    group.members.extend(rows.map(|row| row.member));
    Ok(Some(group))
}

fn member_row<'a>(room: &'a RoomId, member: &'a GroupMember) -> [Value<'a>; 6] {
    [
        room.as_str().into(),
        member.user_id.as_str().into(),
        member.position.into(),
        member.role.name().into(),
        member.given_name.as_deref().into(),
        member.joined_at.into(),
    ]
}

fn role(row: &Row) -> Result<RoomRole, storage::Error> {
    let word: String = row.get("role")?;
    let role = RoomRole::from_name(&word);
    role.ok_or_else(|| storage::Error::Corrupt("a member's role can't be understood".into()))
}

/// One member, with the room that they are in.
struct GroupMemberRow {
    /// Without its members.
    group: Group,
    member: GroupMember,
}

impl FromRow for GroupMemberRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            member: GroupMember {
                user_id: UserId(row.get("user_id")?),
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                given_name: row.get("given_name")?,
                role: role(&row)?,
                position: row.get("position")?,
                joined_at: row.get("joined_at")?,
            },
            group: Group {
                id: RoomId(row.get("id")?),
                application: row.get("application")?,
                name: row.get("room_name")?,
                members: Vec::new(),
                revision: row.get("revision")?,
                created_at: row.get("created_at")?,
            },
        })
    }
}

struct TitleRow(GroupTitle);

impl FromRow for TitleRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(GroupTitle {
            id: RoomId(row.get("id")?),
            application: row.get("application")?,
            name: row.get("name")?,
        }))
    }
}

struct ListedRow(ListedGroup);

impl FromRow for ListedRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let word: Option<String> = row.get("role")?;
        Ok(Self(ListedGroup {
            id: RoomId(row.get("id")?),
            name: row.get("name")?,
            member_count: row.get("members")?,
            role: word.as_deref().and_then(RoomRole::from_name),
            revision: row.get("revision")?,
        }))
    }
}

struct ExportedRow(ExportedGroup);

impl FromRow for ExportedRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(ExportedGroup {
            id: RoomId(row.get("id")?),
            name: row.get("name")?,
            role: role(&row)?,
            joined_at: row.get("joined_at")?,
        }))
    }
}
