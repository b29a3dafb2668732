//! Stores that are copied: rows in every table, and more than two pages of some.

use storage::{Database, query};

/// More than two pages.
pub(super) const SESSIONS: i64 = 1_200;
const AWKWARD: &str = "\u{1}\"'\\%\u{e9}\u{1f468}\u{200d}\u{10ffff} ";

fn text(prefix: &str, number: i64) -> String {
    format!("{prefix}{number:05}{AWKWARD}")
}

/// A row of each further table of the scheduler.
pub(super) const SINGLE_ROWS: &[&str] = &[
    "INSERT INTO api_keys (hash, application, created_at) VALUES ('h', 'shop', 1)",
    "INSERT INTO idempotency (application, scope, \"key\", fingerprint, answer, created_at) VALUES ('shop', 'a', 'k', 'f', '{}', 1)",
    "INSERT INTO idempotency (application, scope, \"key\", fingerprint, answer, created_at) VALUES ('shop', 'b', 'k', 'f', '{}', 1)",
    "INSERT INTO audit (id, at, actor, action, subject) VALUES ('a', 1, 'x', 'y', 'z')",
    "INSERT INTO configuration (name, fingerprint) VALUES ('n', 'f')",
    "INSERT INTO notifications (id, user_id, kind, cause, created_at) VALUES ('n', 'u', 'k', 'c', 1)",
    "INSERT INTO accounts (user_id, email, email_key, email_verified, password, discoverable, notify) SELECT id, 'A@x', 'a@x', 1, 'p', 1, '{}' FROM users WHERE created_at = 1",
    "INSERT INTO searchable_names (name_key, user_id) SELECT 'ana', user_id FROM accounts",
    "INSERT INTO logins (id, user_id, hash, created_at, last_used_at, expires_at) SELECT 'l', user_id, 'h', 1, 2, 3 FROM accounts",
    "INSERT INTO account_tokens (hash, user_id, kind, email, login_id, expires_at) SELECT 'h', user_id, 'verify', 'a@x', 'l', 1 FROM accounts",
    "INSERT INTO invites (hash, created_at, expires_at) VALUES ('h', 1, 2)",
    "INSERT INTO mails (id, kind, address, address_key, locale, created_at, due_at, attempts, state) VALUES ('m', 'verify', 'A@x', 'a@x', 'en', 1, 2, 3, 'due')",
    "INSERT INTO timeline (id, session_id, at, body) SELECT 't', id, 1, '{}' FROM sessions WHERE starts_at = 7",
    "INSERT INTO occupancies (session_id, user_id, starts_at, ends_at, busy_until, latest_end_at) SELECT session_id, user_id, 1, 2, 3, 4 FROM participants WHERE position = 0 AND session_id IN (SELECT id FROM sessions WHERE starts_at = 7)",
    "INSERT INTO session_feedback (session_id, user_id, score, body, given_at, changed_at, revision) SELECT session_id, user_id, 5, 'Hi', 1, 2, 3 FROM participants WHERE position = 0 AND session_id IN (SELECT id FROM sessions WHERE starts_at = 7)",
    "INSERT INTO calendar_feeds (user_id, hash, created_at) SELECT min(id), 'h', 1 FROM users",
    "INSERT INTO push_subscriptions (id, user_id, login_id, session_id, generation, endpoint_hash, endpoint, p256dh, auth, created_at) SELECT 'ps', min(user_id), 'l', NULL, NULL, 'h', 'https://push.example/a', 'k', 'a', 1 FROM accounts",
    "INSERT INTO push_subscription_terms (subscription_id, vapid_key, expires_at) VALUES ('ps', 'k', 1)",
    "INSERT INTO applications (id, revision, body) VALUES ('shop', 1, '{}')",
    "INSERT INTO matches (id, application, low_id, high_id, room_id, created_at, in_force) SELECT 'm', 'people', min(id), max(id), 'r', 1, 1 FROM users",
    "INSERT INTO match_sessions (session_id, match_id) SELECT id, 'm' FROM sessions WHERE starts_at = 7",
    "INSERT INTO rooms (id, application, name, revision, created_at) VALUES ('g', 'shop', 'Hi', 2, 1)",
    "INSERT INTO room_members (room_id, user_id, position, role, given_name, joined_at) SELECT 'g', min(id), 3, 'owner', 'A', 4 FROM users",
    "INSERT INTO notification_rooms (notification_id, room_id) VALUES ('n', 'g')",
    "INSERT INTO gifts (id, giver_id, receiver_id, kind, letter, times, sent_at, opens_at, due_at, fate) SELECT 'g', min(id), max(id), 'special', 'Hi', '[1]', 1, 2, 2, 'delivered' FROM users",
    "INSERT INTO addressed_gifts (gift_id, giver_id, email, email_key, kind, letter, times, sent_at, opens_at, fate) SELECT 'a', min(id), 'A@x', 'a@x', 'plain', 'Hi', '[]', 1, 2, 'waiting' FROM users",
    "INSERT INTO mail_recipients (address_hash, refused_at) VALUES ('h', 1)",
    "INSERT INTO mail_addresses (address_hash, refused_at, reason, day_at, sent) VALUES ('h', 1, '550', 2, 3)",
    "INSERT INTO email_optouts (user_id, at) SELECT min(id), 1 FROM users",
    "INSERT INTO reports (id, by_id, user_id, reason, created_at) SELECT 'r', min(id), max(id), 'spam', 1 FROM users",
    "INSERT INTO peeks (user_id, next_at) SELECT min(id), 5 FROM users",
    "INSERT INTO proposals (id, match_id, by_id, times, duration_ms, created_at, state, in_force) VALUES ('p', 'm', 'u', '[1]', 1, 2, 'open', 1)",
    "INSERT INTO blocks (by_id, user_id, created_at) SELECT min(id), max(id), 1 FROM users",
    "INSERT INTO deliveries (id, idempotency_key, channel, kind, application, notification_id, event, state, attempts, term, due_at, open_at, created_at) VALUES ('d', 'k', 'email', 'session_reminder', 'shop', 'n', '{}', 'pending', 1, 2, 3, 4, 5)",
    "INSERT INTO delivery_rounds (delivery_id, attempts_before) VALUES ('d', 4)",
    "INSERT INTO notification_counts (notification_id, messages) VALUES ('n', 3)",
    "INSERT INTO notification_subjects (notification_id, gift_id, match_id) VALUES ('n', 'g', 'm')",
    "INSERT INTO schedule_runs (name, schedule, last_started_at, last_result, runs) VALUES ('retention', '* * * * * *', 1, 'ok', 2)",
    "INSERT INTO webhook_endpoints (id, application, kind, position, url, events, description, secret_number, previous_until, failing_since, created_at) VALUES ('w', 'shop', 'url', 0, 'https://shop.example', '[]', 'Hi', 2, 3, 4, 1)",
    "INSERT INTO person_revisions (user_id, revision) SELECT min(id), 3 FROM users",
    "INSERT INTO fact_backlogs (name, after_id, finished) VALUES ('people', 'u', 1)",
    "INSERT INTO asked_questions (session_id, position, first_user, second_user, question_id, repeats) SELECT id, 0, 'a', 'b', 'q', 0 FROM sessions WHERE starts_at = 7",
];

pub(super) async fn fill_scheduler(database: &Database) {
    let mut work = database.begin().await.unwrap();
    let people = (0..2).map(|n| {
        let nothing = None::<&str>;
        [
            text("u", n).into(),
            "shop".into(),
            text("x", n).into(),
            AWKWARD.into(),
            nothing.into(),
            n.into(),
        ]
    });
    let insert =
        "INSERT INTO users (id, application, external_id, name, email, created_at) VALUES ?rows";
    query(insert)
        .bind_rows(people)
        .execute(&mut work)
        .await
        .unwrap();
    let sessions = (0..SESSIONS).map(|n| {
        [
            text("s", n).into(),
            "shop".into(),
            1.into(),
            text("r", n).into(),
            "booked".into(),
            n.into(),
            n.into(),
            "{}".into(),
            "{}".into(),
            false.into(),
            i64::MAX.into(),
        ]
    });
    let insert = "INSERT INTO sessions (id, application, revision, room_id, status, starts_at, lobby_opens_at, \
        terms, record, cancelled, created_at) VALUES ?rows";
    query(insert)
        .bind_rows(sessions)
        .execute(&mut work)
        .await
        .unwrap();
    let seats = (0..SESSIONS).flat_map(|n| {
        (0..2).map(move |seat| {
            [
                text("s", n).into(),
                seat.into(),
                text("u", seat).into(),
                "A".into(),
                0.into(),
            ]
        })
    });
    let insert =
        "INSERT INTO participants (session_id, position, user_id, name, generation) VALUES ?rows";
    query(insert)
        .bind_rows(seats)
        .execute(&mut work)
        .await
        .unwrap();
    let jobs = (0..SESSIONS).map(|n| {
        let state = ["due", "claimed", "done"][usize::try_from(n % 3).unwrap()];
        [
            text("j", n).into(),
            "session".into(),
            text("s", n).into(),
            1.into(),
            "start".into(),
            0.into(),
            "".into(),
            n.into(),
            state.into(),
            n.into(),
        ]
    });
    let insert = "INSERT INTO due_jobs (id, subject_kind, subject_id, revision, kind, before_ms, user_id, due_at, state, term) VALUES ?rows";
    query(insert)
        .bind_rows(jobs)
        .execute(&mut work)
        .await
        .unwrap();
    for insert in SINGLE_ROWS {
        assert_eq!(query(insert).execute(&mut work).await.unwrap(), 1);
    }
    work.commit().await.unwrap();
    fill_events(database).await;
}

pub(super) async fn fill_chat(database: &Database, has_messages: bool) {
    let mut work = database.begin().await.unwrap();
    let rooms = (0..SESSIONS).map(|n| [text("r", n).into(), "e".into(), n.into(), 1.into()]);
    let insert = "INSERT INTO rooms (room_id, epoch, last_seq, active_at) VALUES ?rows";
    query(insert)
        .bind_rows(rooms)
        .execute(&mut work)
        .await
        .unwrap();
    let members = (0..SESSIONS).flat_map(|n| {
        (0..2).map(move |m| {
            [
                text("r", n).into(),
                text("u", m).into(),
                AWKWARD.into(),
                n.into(),
            ]
        })
    });
    let insert = "INSERT INTO members (room_id, user_id, name, read_seq) VALUES ?rows";
    query(insert)
        .bind_rows(members)
        .execute(&mut work)
        .await
        .unwrap();
    for insert in [
        "INSERT INTO removals (session_id, user_id, removed_at) VALUES ('s', 'u', 5)",
        "INSERT INTO closed_rooms (room_id, closed_at) VALUES ('r0', 5)",
        "INSERT INTO blocks (by_id, user_id, blocked, changed_at, event_id) VALUES ('u', 'v', 1, 5, 'e')",
        "INSERT INTO people (user_id, erased_at) VALUES ('w', 5)",
        "INSERT INTO room_groups (room_id, name, revision) SELECT room_id, 'g', 7 FROM rooms WHERE last_seq = 0",
        "INSERT INTO group_members (room_id, user_id, role, from_seq) SELECT room_id, 'u0', 'owner', 3 FROM rooms WHERE last_seq = 0",
        "INSERT INTO sent_counts (room_id, user_id, sent, sent_read) VALUES ('r0', 'u0', 9, 8)",
        "INSERT INTO profiles (user_id, name, named_at, tenant, discoverable, revision) VALUES ('u', 'Ann', 1, 'people', 1, 7)",
        "INSERT INTO matched_pairs (low_id, high_id, matched, changed_at, event_id) VALUES ('u', 'v', 1, 5, 'e')",
        "INSERT INTO follows (follower_id, author_id, since_id, followed_at, matched) VALUES ('u', 'v', 'p0', 5, 1)",
        "INSERT INTO posts (post_id, author_id, client_id, body, sent_at) VALUES ('p1', 'v', 'c', NULL, 6)",
        "INSERT INTO pulled_posts (author_id, post_id) VALUES ('v', 'p1')",
        "INSERT INTO feed_entries (reader_id, post_id, author_id) VALUES ('u', 'p1', 'v')",
        "INSERT INTO feed_jobs (job_id, kind, author_id, reader_id, post_id, after_id) VALUES ('p1', 'spread', 'v', 'r', 'p1', 'a')",
        "INSERT INTO last_activity (user_id, active_at) VALUES ('u', 5)",
    ] {
        query(insert).execute(&mut work).await.unwrap();
    }
    if has_messages {
        let insert = "INSERT INTO messages (room_id, seq, message_id, sender, client_id, body, sent_at, expires_at, deleted_at, bytes_through) \
            VALUES ('r', 1, 'm', 's', 'c', 'hello', 1, 2, 3, 5)";
        query(insert).execute(&mut work).await.unwrap();
        let insert = "INSERT INTO chain_anchors (room_id, seq, chain) VALUES ('r', 1, 'A')";
        query(insert).execute(&mut work).await.unwrap();
        let insert = "INSERT INTO message_rooms (room_id, changes, begins_after, begin_bytes, freed_bytes) VALUES ('r', 2, 1, 5, 4)";
        query(insert).execute(&mut work).await.unwrap();
    }
    work.commit().await.unwrap();
    fill_events(database).await;
}

async fn fill_events(database: &Database) {
    for insert in [
        "INSERT INTO outbox (position, event_id, occurred_at, body) VALUES (41, 'e', 1, '{}')",
        "UPDATE outbox_head SET position = 77 WHERE id = 1",
        "INSERT INTO outbox_cursor (destination, position) VALUES ('chat', 40)",
        "INSERT INTO inbox (event_id, received_at) VALUES ('i', 1)",
        "INSERT INTO inbox_watermark (source, node, complete_to, heard_at) VALUES ('signaling', 'n', 1, 2)",
    ] {
        assert_eq!(database.execute(query(insert)).await.unwrap(), 1);
    }
}
