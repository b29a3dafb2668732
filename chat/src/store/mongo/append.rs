//! How a batch gets its numbers without a transaction: each message takes the place after its room's last one, and
//! the unique indexes refuse what is taken.
//!
//! A batch is inserted in order, so that what follows a refused message is not stored: no number is left out, and no
//! message overtakes another of its room. A refused one was either stored before, which is its outcome, or lost its
//! place to another process, and takes the next one. After any other failure nobody knows what became of the rest:
//! whoever sends it again meets its key.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_core::{ChainHash, StoredMessage};
use futures_util::future::try_join_all;
use mongodb::error::{Error, ErrorKind};
use tokio::time::{sleep, timeout};
use wire::RoomId;

use super::MongoMessages;
use super::document::MessageDocument;
use super::failure::{APPEND_LIMIT, MessagesFailure};
use crate::store::room_bytes::RoomBytes;
use crate::store::{Appended, NewMessage, StoreError};

/// What a server says of a document that a unique index refuses.
const DUPLICATE_KEY: i32 = 11_000;
/// Messages of one insertion. FerretDB takes a hundred documents at a time, and after a refused one goes on with the next
/// hundred, whatever the order was to be: that would leave numbers out.
const MAX_INSERTED: usize = 100;
/// How often a batch may lose a place to another process.
const MAX_RACES: u32 = 32;
/// Pause after a lost race, growing with each: by then the winner's message is where a majority has it.
const RACE_PAUSE: Duration = Duration::from_millis(2);
/// Rooms whose last number is remembered; above it all are forgotten, and read when they are needed.
const MAX_HEADS: usize = 50_000;

/// Where the rooms end that this process wrote to. One that is outdated costs a lost race.
#[derive(Debug, Clone, Default)]
pub(super) struct RoomHeads(Arc<Mutex<HashMap<RoomId, ChainEnd>>>);

/// Where a room ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChainEnd {
    /// The number of its last message.
    pub(super) seq: i64,
    /// What the next one is bound to.
    pub(super) chain: ChainHash,
    pub(super) bytes: RoomBytes,
}

/// A message of a batch at its place, and where its room ends then.
struct NumberedMessage {
    at: usize,
    stored: StoredMessage,
    end: ChainEnd,
}

impl RoomHeads {
    fn lock(&self) -> MutexGuard<'_, HashMap<RoomId, ChainEnd>> {
        // Each change is one step that can't panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, room: &RoomId) -> Option<ChainEnd> {
        self.lock().get(room).copied()
    }

    fn note(&self, room: &RoomId, end: ChainEnd) {
        let mut heads = self.lock();
        if heads.len() >= MAX_HEADS {
            heads.clear();
        }
        heads.insert(room.clone(), end);
    }

    pub(super) fn forget<'a>(&self, rooms: impl Iterator<Item = &'a RoomId>) {
        let mut heads = self.lock();
        for room in rooms {
            heads.remove(room);
        }
    }
}

impl MongoMessages {
    pub(super) async fn append_batch(
        &self,
        batch: &[NewMessage],
    ) -> Vec<Result<Appended, StoreError>> {
        let mut outcomes: Vec<Option<Appended>> = vec![None; batch.len()];
        let inserted = timeout(APPEND_LIMIT, self.insert_all(batch, &mut outcomes)).await;
        let failure = match inserted {
            Ok(inserted) => inserted.err(),
            Err(_) => Some(MessagesFailure::Late(APPEND_LIMIT)),
        };
        let failure = failure.map(|failure| {
            let rooms = batch.iter().map(|message| &message.draft.room);
            self.heads.forget(rooms);
            StoreError::from(failure)
        });
        let told = |outcome: Option<Appended>| match (outcome, &failure) {
            (Some(outcome), _) => Ok(outcome),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(StoreError::unavailable("a message without an outcome")),
        };
        outcomes.into_iter().map(told).collect()
    }

    /// Finds an outcome for each message, or fails with those that it has found so far.
    async fn insert_all(
        &self,
        batch: &[NewMessage],
        outcomes: &mut [Option<Appended>],
    ) -> Result<(), MessagesFailure> {
        let mut races = 0;
        let mut open: Vec<usize> = (0..batch.len()).collect();
        while !open.is_empty() {
            let next = &open[..open.len().min(MAX_INSERTED)];
            let is_raced = self.insert_some(batch, next, outcomes).await?;
            open.retain(|at| outcomes[*at].is_none());
            if is_raced {
                races += 1;
                metrics::counter!("chat_append_races_total").increment(1);
                if races > MAX_RACES {
                    return Err(MessagesFailure::Raced(races));
                }
                sleep(RACE_PAUSE * races).await;
            }
        }
        Ok(())
    }

    /// Inserts messages in order, up to the first that is refused, and finds those after it that were stored before.
    /// True where the refused one is none of them: it lost its place.
    async fn insert_some(
        &self,
        batch: &[NewMessage],
        next: &[usize],
        outcomes: &mut [Option<Appended>],
    ) -> Result<bool, Error> {
        let (mut numbered, full) = self.numbered(batch, next).await?;
        if !full.is_empty() {
            let known = self.known(full.iter().map(|at| &batch[*at].draft)).await?;
            for at in full {
                let repeat = known.outcome(&batch[at].draft);
                outcomes[at] = Some(repeat.unwrap_or(Appended::Full));
            }
        }
        let next: Vec<usize> = numbered.iter().map(|one| one.at).collect();
        if next.is_empty() {
            return Ok(false);
        }
        let document =
            |one: &NumberedMessage| MessageDocument::new(&one.stored, one.end.bytes.through);
        let documents: Vec<MessageDocument> = numbered.iter().map(document).collect();
        self.note_expiries(numbered.iter().map(|one| &one.stored.message))
            .await?;
        let inserted = self.messages.insert_many(&documents).ordered(true).await;
        let stored = match inserted {
            Ok(_) => next.len(),
            Err(error) => refused_by_an_index(&error)
                .filter(|index| *index < next.len())
                .ok_or(error)?,
        };
        numbered.truncate(stored);
        for NumberedMessage { at, stored, end } in numbered {
            let message = stored.message;
            self.heads.note(&message.room, end);
            outcomes[at] = Some(Appended::Stored(message));
        }
        let Some(refused) = next.get(stored).map(|at| &batch[*at]) else {
            return Ok(false);
        };
        let rest = next[stored..].iter().map(|at| &batch[*at].draft);
        let known = self.known(rest).await?;
        for at in &next[stored..] {
            outcomes[*at] = known.outcome(&batch[*at].draft);
        }
        let is_raced = outcomes[next[stored]].is_none();
        if is_raced {
            self.heads.forget(std::iter::once(&refused.draft.room));
        }
        Ok(is_raced)
    }

    /// The messages at the places after the last ones of their rooms, and those whose rooms are full.
    async fn numbered(
        &self,
        batch: &[NewMessage],
        next: &[usize],
    ) -> Result<(Vec<NumberedMessage>, Vec<usize>), Error> {
        let mut wanted: BTreeMap<&RoomId, (u64, u64)> = BTreeMap::new();
        for new in next.iter().map(|at| &batch[*at]) {
            let (bytes, limit) = wanted.entry(&new.draft.room).or_insert((0, u64::MAX));
            *bytes += new.draft.body.len() as u64;
            *limit = new.room_bytes.min(*limit);
        }
        let end = async |(room, (bytes, limit)): (&'_ RoomId, (u64, u64))| {
            // What is remembered may lack what was taken away since, by another process.
            let fits = |end: &ChainEnd| end.bytes.held().saturating_add(bytes) <= limit;
            let end = match self.heads.get(room).filter(fits) {
                Some(end) => end,
                None => self.chain_end(room).await?,
            };
            Ok::<_, Error>((room.clone(), end))
        };
        let ends = try_join_all(wanted.into_iter().map(end)).await?;
        let mut ends: HashMap<RoomId, ChainEnd> = ends.into_iter().collect();
        let (mut numbered, mut full) = (Vec::with_capacity(next.len()), Vec::new());
        for at in next.iter().copied() {
            let new = &batch[at];
            let Some(end) = ends.get_mut(&new.draft.room) else {
                continue;
            };
            let Some(bytes) = end.bytes.with(&new.draft.body, new.room_bytes) else {
                full.push(at);
                continue;
            };
            let seq = end.seq + 1;
            let stored = StoredMessage::new(new.at(seq.unsigned_abs()), new.salt, end.chain);
            let chain = stored.link.map_or(end.chain, |link| link.chain);
            *end = ChainEnd { seq, chain, bytes };
            let end = *end;
            numbered.push(NumberedMessage { at, stored, end });
        }
        Ok((numbered, full))
    }
}

/// Which document a unique index refused: those before it are stored, and those after it are not. `None` for any
/// other failure, also where a majority did not say so in time.
fn refused_by_an_index(error: &Error) -> Option<usize> {
    let ErrorKind::InsertMany(failure) = error.kind.as_ref() else {
        return None;
    };
    let [refused] = failure.write_errors.as_deref()? else {
        return None;
    };
    let is_refused = refused.code == DUPLICATE_KEY && failure.write_concern_error.is_none();
    is_refused.then_some(refused.index)
}
