//! Browsers that show pushes to somebody.

use wire::{SecretText, SessionId, UnixMs, UserId};

use super::StoreFuture;

/// By what right a browser is pushed to, and what it is told of therefore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PushScope {
    /// A login, by its id: of all that its person is told of. It ends with the login.
    Login(String),
    /// The page of a join link: of that session alone. It ends with the session, and counts while no newer link does.
    Session { id: SessionId, generation: u32 },
}

/// What a browser gave when it subscribed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PushEndpoint {
    pub(crate) url: SecretText,
    /// In base64url, as [`wire::PushKeys`] has them.
    pub(crate) p256dh: String,
    pub(crate) auth: SecretText,
    /// When its push service ends it, if it says so: by the clock of the world, which no test moves.
    pub(crate) expires_at: Option<UnixMs>,
    /// Our public key that it was made with, and takes messages of; not known of those from before it was noted.
    pub(crate) vapid_key: Option<String>,
}

/// A subscription. An endpoint has one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredPushSubscription {
    pub(crate) id: String,
    pub(crate) user: UserId,
    pub(crate) scope: PushScope,
    /// What the endpoint is known by: SHA-256 of its address, in base64url.
    pub(crate) endpoint_hash: String,
    pub(crate) endpoint: PushEndpoint,
    pub(crate) created_at: UnixMs,
}

/// Where a message goes, and how its person wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PushTarget {
    pub(crate) endpoint: PushEndpoint,
    /// The person's language, where it is known.
    pub(crate) locale: Option<String>,
    /// Whether names may stand in it.
    pub(crate) preview: bool,
}

/// Reads committed subscriptions.
pub(crate) trait PushSubscriptionQueries: Send + Sync {
    /// Where messages of that subscription go, while it counts.
    fn target(&self, id: String) -> StoreFuture<'_, Option<PushTarget>>;

    /// Those of a person, the newest first; at most `limit`.
    fn list(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<StoredPushSubscription>>;
}

/// Reads and writes subscriptions within a unit of work.
pub(crate) trait PushSubscriptionRepository: Send {
    /// The person's subscriptions as they stand, the oldest first, while the person and what the scope names are there;
    /// `None` otherwise. The person's row is locked, and that of the scope.
    fn lock<'a>(
        &'a mut self,
        user: &'a UserId,
        scope: &'a PushScope,
    ) -> StoreFuture<'a, Option<Vec<StoredPushSubscription>>>;

    /// Adds one, in place of what the endpoint had before, whoever's it was.
    fn put<'a>(&'a mut self, subscription: &'a StoredPushSubscription) -> StoreFuture<'a, ()>;

    /// Removes one, whoever's it is; false where there is none of that id.
    fn remove<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, bool>;

    /// Removes one of a person, or of a page of theirs for that session; false where they have none of that id.
    fn remove_own<'a>(
        &'a mut self,
        id: &'a str,
        user: &'a UserId,
        session: Option<&'a SessionId>,
    ) -> StoreFuture<'a, bool>;
}
