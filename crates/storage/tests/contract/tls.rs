//! Connections to a server that speaks TLS, and to one that does not.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use storage::testing::{TestEngine, patient};
use storage::{Database, DatabaseOptions, OpenError, Schema, TlsMode};
use tempfile::TempDir;

use crate::own_server::OwnServer;

/// An authority, and a server's certificate of it for one name.
struct Certificates {
    folder: TempDir,
}

impl Certificates {
    fn for_name(name: &str, owner: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&key).unwrap();
        let issuer = Issuer::new(authority, key);
        let server_key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let server = server.signed_by(&server_key, &issuer).unwrap();
        let made = Self { folder };
        fs::write(made.file("ca.pem"), certificate.pem()).unwrap();
        fs::write(made.file("server.pem"), server.pem()).unwrap();
        let key_file = made.file("server.key");
        fs::write(&key_file, server_key.serialize_pem()).unwrap();
        fs::set_permissions(&key_file, Permissions::from_mode(0o600)).unwrap();
        if rustix::process::geteuid().is_root() {
            give_to(owner, &key_file);
        }
        made
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn setting(&self, name: &str, file: &str) -> String {
        format!("{name}={}", self.file(file).display())
    }
}

/// Servers don't run as root, and read no key that others could. Where a server came without its account, our scripts
/// start it as `nobody`.
fn give_to(owner: &str, file: &Path) {
    let found = Command::new("id").args(["-u", owner]).output().unwrap();
    let owner = if found.status.success() {
        owner
    } else {
        "nobody"
    };
    let given = Command::new("chown").arg(owner).arg(file).status().unwrap();
    assert!(given.success(), "{owner}");
}

fn options(tls: TlsMode, authority: Option<&Certificates>) -> DatabaseOptions {
    DatabaseOptions {
        tls,
        tls_ca: authority.map(|certificates| certificates.file("ca.pem")),
        ..patient()
    }
}

async fn connects(server: &OwnServer, options: &DatabaseOptions) -> bool {
    match Database::pending(&server.url(), options, Schema::scheduler()).await {
        Ok(_) => true,
        Err(OpenError::Connect { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn a_certificate_is_checked(engine: TestEngine, owner: &str, more: &str) {
    let good = Certificates::for_name("127.0.0.1", owner);
    let foreign = Certificates::for_name("db.example.org", owner);
    for (certificates, is_good) in [(&good, true), (&foreign, false)] {
        let settings = [
            certificates.setting("ssl_cert_file", "server.pem"),
            certificates.setting("ssl_key_file", "server.key"),
            more.to_owned(),
        ];
        let settings = match engine {
            TestEngine::MySql => {
                settings.map(|setting| setting.replace("_file=", "=").replace('_', "-"))
            }
            _ => settings,
        };
        let Some(server) = OwnServer::start(engine, &settings) else {
            return;
        };
        let verified = options(TlsMode::Verify, Some(certificates));
        assert_eq!(
            connects(&server, &verified).await,
            is_good,
            "the name is checked"
        );
        let unknown = options(TlsMode::Verify, None);
        assert!(
            !connects(&server, &unknown).await,
            "nobody knows the authority"
        );
        for tls in [TlsMode::Encrypt, TlsMode::Off, TlsMode::Auto] {
            assert!(connects(&server, &options(tls, None)).await, "{tls:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_122_the_certificate_of_postgres_is_checked() {
    a_certificate_is_checked(TestEngine::Postgres, "postgres", "ssl=on").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edg_122_the_certificate_of_mariadb_is_checked() {
    a_certificate_is_checked(TestEngine::MySql, "mysql", "ssl=1").await;
}

#[tokio::test]
async fn edg_122_a_server_without_tls_is_refused_where_it_is_asked_for() {
    for engine in [TestEngine::Postgres, TestEngine::MySql] {
        let Some(place) = storage::testing::TestDatabase::create(engine).await else {
            continue;
        };
        for (tls, expected) in [
            (TlsMode::Verify, false),
            (TlsMode::Encrypt, false),
            (TlsMode::Off, true),
            (TlsMode::Auto, true),
        ] {
            let found =
                Database::pending(place.url(), &options(tls, None), Schema::scheduler()).await;
            assert_eq!(found.is_ok(), expected, "{engine:?} {tls:?}");
        }
    }
}
