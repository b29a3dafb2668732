//! A database that is away for a while, and back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use faults::{
    Answered, BookingClients, Bookings, DatabaseKind, DatabaseServer, FaultyLink, LinkCondition,
    Metrics, ServiceProcess, TakenConnections, Toxic, Toxiproxy, UnaffectedPair, is_ready, row,
};
use testkit::{SOON, Service, TicketSigner, until};

use self::due::DueMeanwhile;
use self::writing::Writing;

mod due;
mod writing;

/// Who asks while the database is away has an answer within it.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// From the beginning to not being ready.
const UNREADY_LIMIT: Duration = Duration::from_secs(3);
/// From the return to the first booking.
const RETURN_LIMIT: Duration = Duration::from_secs(5);
/// Connections of a service to its database, by default.
const POOL: usize = 10;
/// Connections that are made at once: those may meet the last of its absence, and are made again.
const MADE_AT_ONCE: usize = 2;
/// After the return, so long are connections counted.
const HERD_SPAN: Duration = Duration::from_secs(2);
/// Who books at once: more than there are connections.
const CLIENTS: usize = 12;
/// What a server gives away that is to run out: more than the service's, and less than PostgreSQL's fixed part of them.
const FEW_CONNECTIONS: &str = "max_connections=25";

/// Counts when what is due could not be done.
const FAILED: &str = "due_jobs_failed_total";
/// It is tried by its own timer and by the tick of housekeeping, each once a second.
const TRIES_PER_SECOND: f64 = 3.0;

/// How it is away.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Absence {
    Stopped,
    Frozen,
    OutOfConnections,
    /// By way of Toxiproxy.
    Behind(Toxic),
}

/// A server, and the ways of scheduler and chat to it.
struct Rig {
    server: DatabaseServer,
    link: FaultyLink,
    chats_link: FaultyLink,
    toxiproxy: Option<Toxiproxy>,
    taken: Option<TakenConnections>,
}

impl Rig {
    async fn start(kind: DatabaseKind, absence: Absence) -> Option<Self> {
        let settings = match absence {
            Absence::OutOfConnections => &[FEW_CONNECTIONS][..],
            _ => &[],
        };
        let server = DatabaseServer::start(kind, settings)?;
        for database in ["scheduler", "rooms"] {
            server.create(database).await;
        }
        let toxiproxy = match absence {
            Absence::Behind(_) => Some(Toxiproxy::to(server.port()).await?),
            _ => None,
        };
        let port = toxiproxy.as_ref().map_or(server.port(), Toxiproxy::port);
        Some(Self {
            link: FaultyLink::to(port).await,
            chats_link: FaultyLink::to(port).await,
            server,
            toxiproxy,
            taken: None,
        })
    }

    async fn go(&mut self, absence: Absence) {
        match absence {
            Absence::Stopped => self.server.stop(),
            Absence::Frozen => self.server.freeze(),
            Absence::OutOfConnections => {
                // Those of the service are cut and taken before it can have them again.
                for link in [&self.link, &self.chats_link] {
                    link.set(LinkCondition::Down);
                }
                self.taken = Some(self.server.take_all_connections().await);
                for link in [&self.link, &self.chats_link] {
                    link.set(LinkCondition::Clear);
                }
            }
            Absence::Behind(toxic) => self.toxiproxy.as_ref().unwrap().set(toxic).await,
        }
    }

    async fn come_back(&mut self, absence: Absence) {
        match absence {
            Absence::Stopped => self.server.start_again(),
            Absence::Frozen => self.server.thaw(),
            Absence::OutOfConnections => self.taken = None,
            Absence::Behind(_) => self.toxiproxy.as_ref().unwrap().clear().await,
        }
    }
}

async fn away_and_back(kind: DatabaseKind, absence: Absence, span: Duration) {
    let Some(mut rig) = Rig::start(kind, absence).await else {
        return;
    };
    let url = rig.server.url_at("scheduler", rig.link.port());
    let scheduler = ServiceProcess::scheduler(&url).started().await;
    let application = scheduler.application();
    let signer = TicketSigner::start().await;
    let signaling = ServiceProcess::new(Service::Signaling, &signer)
        .started()
        .await;
    let unaffected = UnaffectedPair::of(&signaling, &signer).await;
    let rooms = rig.server.url_at("rooms", rig.chats_link.port());
    let writing = Writing::start(&signer, &rooms).await;

    let bookings = Bookings::at(&scheduler.http(), &application);
    let due = DueMeanwhile::book(&scheduler, &application, span).await;
    let clients = BookingClients::begin(&bookings, CLIENTS);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = scheduler.metrics().await;
    let gone_at = Instant::now();
    let unready = tokio::spawn(until_unready(scheduler.http()));
    rig.go(absence).await;
    let unready = unready.await.expect("it is no longer ready") - gone_at;
    tokio::time::sleep(span.saturating_sub(gone_at.elapsed())).await;
    rig.come_back(absence).await;
    let back_at = Instant::now();
    until("ready again", RETURN_LIMIT * 2, async || {
        scheduler.is_ready().await.then_some(())
    })
    .await;
    due.followed_their_rule(&rig.server.url("scheduler")).await;
    tokio::time::sleep(HERD_SPAN.saturating_sub(back_at.elapsed())).await;
    let after = scheduler.metrics().await;
    let answers = clients.end().await;

    let seen = Seen::of(&answers, gone_at, back_at);
    let [herd, chats_herd] = [&rig.link, &rig.chats_link].map(|link| {
        let came = link.attempts();
        let soon =
            |at: &&tokio::time::Instant| (back_at..back_at + HERD_SPAN).contains(&at.into_std());
        came.iter().filter(soon).count()
    });
    let round_trips = unaffected.unharmed(SOON).await;
    let written = writing.end().await;
    println!(
        "{kind:?} {absence:?} for {span:?}: {} refused, slowest {:?}; unready after {unready:?}; \
         first booking {:?} after the return; in the 2 s after it {herd} connections of the \
         scheduler, {chats_herd} of the chat; {} of the scheduler in all; {round_trips} round \
         trips beside it; {written}",
        seen.refused,
        seen.slowest,
        seen.first,
        rig.link.attempts().len()
    );
    assert!(unready <= UNREADY_LIMIT, "unready after {unready:?}");
    assert!(seen.refused > 0, "nobody was refused");
    assert!(seen.slowest <= ANSWER_LIMIT, "{:?}", seen.slowest);
    assert!(seen.first <= RETURN_LIMIT, "{:?}", seen.first);
    assert!(
        herd.max(chats_herd) <= POOL + MADE_AT_ONCE,
        "{herd} and {chats_herd} connections"
    );
    moved(&before, &after);
    let failed = after.sum(FAILED) - before.sum(FAILED);
    let seconds = (back_at - gone_at + RETURN_LIMIT).as_secs_f64();
    println!("due jobs were tried {failed} times in vain");
    assert!(failed <= TRIES_PER_SECOND * seconds, "tried {failed} times");
    nothing_is_lost(&bookings, &answers).await;
}

/// When it is no longer ready.
async fn until_unready(base: String) -> Instant {
    let (url, began) = (format!("{base}/health/ready"), Instant::now());
    while is_ready(&url).await {
        assert!(began.elapsed() < UNREADY_LIMIT * 2, "it stays ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Instant::now()
}

/// What the answers show.
struct Seen {
    refused: usize,
    /// The slowest answer that was asked for before the return.
    slowest: Duration,
    /// From the return to the first answer that acknowledges a booking.
    first: Duration,
}

impl Seen {
    fn of(answers: &[Answered], gone_at: Instant, back_at: Instant) -> Self {
        let during = |one: &&Answered| one.sent_at + one.took >= gone_at && one.sent_at < back_at;
        let meanwhile = answers.iter().filter(during);
        let done = answers.iter().filter(|one| one.id.is_some());
        let first = done
            .filter_map(|one| (one.sent_at + one.took).checked_duration_since(back_at))
            .min();
        Self {
            refused: answers.iter().filter(|one| one.id.is_none()).count(),
            slowest: meanwhile.map(|one| one.took).max().unwrap_or_default(),
            first: first.expect("it books again"),
        }
    }
}

fn moved(before: &Metrics, after: &Metrics) {
    for counter in ["storage_errors_total", FAILED, "due_jobs_missed_total"] {
        after.assert_rose(counter, before);
    }
}

/// Each refused booking is sent again under its key: then each key has one session, and what was acknowledged
/// is as it was.
async fn nothing_is_lost(bookings: &Bookings, answers: &[Answered]) {
    let mut promised = BTreeMap::new();
    for one in answers {
        let id = match &one.id {
            Some(id) => id.clone(),
            None => bookings.book_again(one).await,
        };
        promised.insert(one.key.clone(), id);
    }
    for one in answers.iter().filter(|one| one.id.is_some()).step_by(10) {
        bookings.book_again(one).await;
    }
    bookings.check(&promised).await;
    println!("{} bookings, each once", promised.len());
}

/// How long it is away in the short rows.
const SHORT: Duration = Duration::from_secs(5);

#[test]
fn flt_45_postgres_is_stopped_and_back() {
    row(away_and_back(
        DatabaseKind::Postgres,
        Absence::Stopped,
        SHORT,
    ));
}

#[test]
fn flt_45_mariadb_is_frozen_and_back() {
    row(away_and_back(DatabaseKind::MariaDb, Absence::Frozen, SHORT));
}

#[test]
fn flt_45_postgres_is_out_of_connections_and_back() {
    let absence = Absence::OutOfConnections;
    row(away_and_back(DatabaseKind::Postgres, absence, SHORT));
}

mod long {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// Both at once, each with a runtime and services of its own.
    fn everywhere(absence: Absence) {
        std::thread::scope(|scope| {
            for kind in DatabaseKind::ALL {
                scope.spawn(move || row(away_and_back(kind, absence, LONG)));
            }
        });
    }

    #[test]
    fn flt_45_both_are_stopped_and_back() {
        everywhere(Absence::Stopped);
    }

    #[test]
    fn flt_45_both_are_frozen_and_back() {
        everywhere(Absence::Frozen);
    }

    #[test]
    fn flt_45_both_are_out_of_connections_and_back() {
        everywhere(Absence::OutOfConnections);
    }

    #[test]
    fn flt_45_both_are_behind_a_black_hole_and_back() {
        everywhere(Absence::Behind(Toxic::BlackHole));
    }

    #[test]
    fn flt_45_both_are_behind_a_way_that_resets_and_back() {
        everywhere(Absence::Behind(Toxic::Reset));
    }
}
