//! A server of a test's own, with settings of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use storage::DatabaseUrl;
use storage::testing::TestEngine;

/// Runs until it is dropped.
pub(crate) struct OwnServer {
    script: Child,
    url: String,
}

impl OwnServer {
    /// Starts one; `None`, and the calling test is left out, where it is not installed.
    pub(crate) fn start(engine: TestEngine, settings: &[String]) -> Option<Self> {
        let (name, variable) = match engine {
            TestEngine::MySql => ("mysql", "MYSQL_URL"),
            TestEngine::Postgres | TestEngine::Sqlite => ("postgres", "POSTGRES_URL"),
        };
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let script = Command::new(repository.join("scripts/with-databases"))
            .args(["--only", name])
            .args(settings.iter().flat_map(|setting| ["--set", setting]))
            // Until the pipe is closed, by the test or by its end.
            .args([
                "sh",
                "-c",
                &format!("echo \"${variable}\"; cat > /dev/null"),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut server = Self {
            script,
            url: String::new(),
        };
        let said = server.script.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut server.url).unwrap();
        server.url.truncate(server.url.trim_end().len());
        if server.url.is_empty() {
            storage::testing::left_out(&format!("a {name} server: scripts/install-test-deps.sh"));
            return None;
        }
        Some(server)
    }

    /// A database that is there; it may be one of the server's own.
    pub(crate) fn url(&self) -> DatabaseUrl {
        let database = if self.url.ends_with('/') {
            "information_schema"
        } else {
            ""
        };
        DatabaseUrl::parse(&format!("{}{database}", self.url)).unwrap()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        self.script.wait().unwrap();
    }
}
