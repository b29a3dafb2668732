//! Proposals of matches.

use scheduler_core::Proposal;
use storage::{FromRow, Row, SqlConnection, query};
use wire::{MatchId, ProposalId, ProposalState, SessionId, UserId};

use super::unreadable;
use crate::store::StoreError;

pub(super) async fn find(
    connection: &mut dyn SqlConnection,
    id: &ProposalId,
) -> Result<Option<Proposal>, StoreError> {
    let row: Option<ProposalRow> = query(
        "SELECT id, match_id, by_id, times, duration_ms, created_at, state, starts_at, session_id \
         FROM proposals WHERE id = ?1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(ProposalRow::into_proposal).transpose()
}

/// Those of these matches that are stored as open.
pub(super) async fn open(
    connection: &mut dyn SqlConnection,
    matches: &[MatchId],
) -> Result<Vec<Proposal>, StoreError> {
    let rows: Vec<ProposalRow> = query(
        "SELECT id, match_id, by_id, times, duration_ms, created_at, state, starts_at, session_id \
         FROM proposals WHERE match_id IN (?1..) AND in_force = 1",
    )
    .bind_list(matches.iter().map(MatchId::as_str))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(ProposalRow::into_proposal).collect()
}

/// Those of every match of a person, the newest first.
pub(super) async fn all_of(
    connection: &mut dyn SqlConnection,
    user: &UserId,
    limit: u32,
) -> Result<Vec<Proposal>, StoreError> {
    let rows: Vec<ProposalRow> = query(
        "SELECT id, match_id, by_id, times, duration_ms, created_at, state, starts_at, session_id \
         FROM proposals WHERE match_id IN (SELECT id FROM matches WHERE low_id = ?1 OR high_id = ?1) \
         ORDER BY id DESC LIMIT ?2",
    )
    .bind(user.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(ProposalRow::into_proposal).collect()
}

pub(super) async fn insert(
    connection: &mut dyn SqlConnection,
    proposal: &Proposal,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO proposals (id, match_id, by_id, times, duration_ms, created_at, state, in_force) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(proposal.id.as_str())
    .bind(proposal.match_id.as_str())
    .bind(proposal.by.as_str())
    .bind(serde_json::to_string(&proposal.times)?)
    .bind(proposal.duration_ms)
    .bind(proposal.created_at)
    .bind(proposal.state.name())
    .bind(in_force(proposal))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn update(
    connection: &mut dyn SqlConnection,
    proposal: &Proposal,
) -> Result<(), StoreError> {
    query(
        "UPDATE proposals SET state = ?1, in_force = ?2, starts_at = ?3, session_id = ?4 WHERE id = ?5",
    )
    .bind(proposal.state.name())
    .bind(in_force(proposal))
    .bind(proposal.starts_at)
    .bind(proposal.session_id.as_ref().map(SessionId::as_str))
    .bind(proposal.id.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// 1 while no other one of the match may be open.
fn in_force(proposal: &Proposal) -> Option<i64> {
    (proposal.state == ProposalState::Open).then_some(1)
}

/// A whole proposal, still as text and numbers.
struct ProposalRow(Row);

impl FromRow for ProposalRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(row))
    }
}

impl ProposalRow {
    fn into_proposal(self) -> Result<Proposal, StoreError> {
        let Self(row) = self;
        let (state, times): (String, String) = (row.get("state")?, row.get("times")?);
        let session_id: Option<String> = row.get("session_id")?;
        let state = ProposalState::from_name(&state);
        Ok(Proposal {
            id: ProposalId(row.get("id")?),
            match_id: MatchId(row.get("match_id")?),
            by: UserId(row.get("by_id")?),
            times: serde_json::from_str(&times)?,
            duration_ms: row.get("duration_ms")?,
            created_at: row.get("created_at")?,
            state: state.ok_or_else(|| unreadable("a proposal"))?,
            starts_at: row.get("starts_at")?,
            session_id: session_id.map(SessionId),
        })
    }
}
