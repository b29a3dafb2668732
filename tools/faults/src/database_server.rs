//! A database server of a row's own, which it may stop and start again, freeze, and fill with connections.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection};
use tempfile::TempDir;

/// How long a stop may take: the script ends what does not end by itself after 4 s.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// What the script's command does: it says where the server is, and lives until its input ends.
const TELL: &str = r#"echo "$POSTGRES_URL$MYSQL_URL"; echo "$POSTGRES_PID$MYSQL_PID"; exec cat"#;
/// Most connections that are tried for: above what any server of a row allows.
const MOST: usize = 400;
/// So many are asked for together.
const AT_ONCE: usize = 8;

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A PostgreSQL server.
    Postgres,
    /// MariaDB, as MySQL.
    MariaDb,
}

impl DatabaseKind {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::MariaDb];

    fn script_name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MariaDb => "mysql",
        }
    }
}

/// A server with a folder of its own, started by `scripts/with-databases`. It ends when this is dropped.
#[derive(Debug)]
pub struct DatabaseServer {
    kind: DatabaseKind,
    settings: Vec<String>,
    folder: TempDir,
    running: Option<Running>,
    url: String,
}

#[derive(Debug)]
struct Running {
    script: Child,
    /// Its end is the end of the server.
    input: Option<ChildStdin>,
    pid: Pid,
}

/// Connections that are held. Dropping them gives them back.
#[derive(Debug)]
pub struct TakenConnections(Vec<Held>);

#[derive(Debug)]
enum Held {
    Postgres(PgConnection),
    MySql(MySqlConnection),
}

impl DatabaseServer {
    /// Starts one with settings as `fsync=off`; `None`, and the calling test is left out, where it is not installed.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(kind: DatabaseKind, settings: &[&str]) -> Option<Self> {
        let mut server = Self {
            kind,
            settings: settings.iter().map(|&one| one.to_owned()).collect(),
            folder: tempfile::tempdir().unwrap(),
            running: None,
            url: String::new(),
        };
        server.start_again();
        if server.url.is_empty() {
            testkit::left_out(&format!("{kind:?}: scripts/install-test-deps.sh"));
            return None;
        }
        Some(server)
    }

    /// Starts it on its data, and returns when it answers.
    ///
    /// # Panics
    /// When it does not.
    pub fn start_again(&mut self) {
        let mut command = Command::new(script());
        command.args(["--only", self.kind.script_name()]);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        command.arg("--directory").arg(self.folder.path());
        command.args(["sh", "-c", TELL]);
        for name in ["POSTGRES_URL", "MYSQL_URL", "POSTGRES_PID", "MYSQL_PID"] {
            command.env_remove(name);
        }
        let mut script = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(script.stdout.take().unwrap()).lines();
        let mut line = || told.next().map(Result::unwrap).unwrap_or_default();
        self.url = line();
        let input = script.stdin.take();
        match line().parse().ok().and_then(Pid::from_raw) {
            Some(pid) => self.running = Some(Running { script, input, pid }),
            // There is no such server: the script ends by itself.
            None => drop(script.wait()),
        }
    }

    /// Stops it as its administrator would. Its data stays.
    ///
    /// # Panics
    /// When it does not end.
    pub fn stop(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        drop(running.input.take());
        let began = Instant::now();
        while running.script.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < STOP_LIMIT, "the server does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// It takes connections and answers nothing: each of its processes stands still.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Where it listens.
    ///
    /// # Panics
    /// When its URL names no port.
    #[must_use]
    pub fn port(&self) -> u16 {
        let (_, rest) = self.url.rsplit_once(':').unwrap();
        let (port, _) = rest.split_once('/').unwrap();
        port.parse().unwrap()
    }

    /// The URL of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.url_at(database, self.port())
    }

    /// The URL of one of its databases by way of another port.
    #[must_use]
    pub fn url_at(&self, database: &str, port: u16) -> String {
        let (front, _) = self.url.rsplit_once(':').unwrap();
        format!("{front}:{port}/{database}")
    }

    /// Makes an empty database.
    pub async fn create(&self, database: &str) {
        self.run(&format!("CREATE DATABASE {database}")).await;
    }

    /// Runs a statement as it is, in no database of a service.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn run(&self, statement: &str) {
        self.run_at(&self.url, statement).await;
    }

    /// Runs a statement as it is, in one of its databases.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn run_in(&self, database: &str, statement: &str) {
        self.run_at(&self.url(database), statement).await;
    }

    async fn run_at(&self, url: &str, statement: &str) {
        let text = AssertSqlSafe(statement.to_owned());
        match self.connect_to(url).await.unwrap() {
            Held::Postgres(mut one) => drop(sqlx::raw_sql(text).execute(&mut one).await.unwrap()),
            Held::MySql(mut one) => drop(sqlx::raw_sql(text).execute(&mut one).await.unwrap()),
        }
    }

    /// Takes every connection that the server still gives away.
    ///
    /// # Panics
    /// When it gives no end of them.
    pub async fn take_all_connections(&self) -> TakenConnections {
        let mut held = Vec::new();
        // Those that were just closed become free a moment later.
        let mut in_vain = 0;
        while in_vain < 3 {
            let several = join_all((0..AT_ONCE).map(|_| self.connect())).await;
            let before = held.len();
            held.extend(several.into_iter().filter_map(Result::ok));
            if held.len() == before {
                in_vain += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert!(held.len() < MOST, "it gives away any number of them");
        }
        TakenConnections(held)
    }

    async fn connect(&self) -> Result<Held, sqlx::Error> {
        self.connect_to(&self.url).await
    }

    async fn connect_to(&self, url: &str) -> Result<Held, sqlx::Error> {
        Ok(match self.kind {
            DatabaseKind::Postgres => Held::Postgres(PgConnection::connect(url).await?),
            DatabaseKind::MariaDb => Held::MySql(MySqlConnection::connect(url).await?),
        })
    }

    /// To the server and to each process that it has started.
    fn signal(&self, which: Signal) {
        let Some(running) = &self.running else { return };
        for pid in std::iter::once(running.pid).chain(children_of(running.pid)) {
            // One that ended meanwhile needs none.
            kill_process(pid, which).ok();
        }
    }
}

impl TakenConnections {
    /// How many they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where none was to be had.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for DatabaseServer {
    fn drop(&mut self) {
        // Processes that stand still would outlive it.
        self.thaw();
        if let Some(mut running) = self.running.take() {
            drop(running.input.take());
            running.script.wait().ok();
        }
    }
}

/// Every thread of a process may have started others.
fn children_of(parent: Pid) -> Vec<Pid> {
    let folder = format!("/proc/{}/task", parent.as_raw_nonzero());
    let threads = std::fs::read_dir(folder).into_iter().flatten();
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|children| {
            let ids = children.split_whitespace();
            ids.filter_map(|id| id.parse().ok().and_then(Pid::from_raw))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/with-databases")
}
