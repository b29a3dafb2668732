//! The real coturn, with the configuration that `rendezvous turn-config` prints.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use turn::client::{ClientError, Transport, TurnClient};
use turn_core::Cidr;
use turn_core::coturn::Coturn;

use crate::embedded::{OLD_SECRET, QUOTAS, REALM, SOON, credential, credential_for, secrets};
use turn_core::Secret;

/// A running coturn; ended when it is dropped.
pub(crate) struct RealCoturn {
    pub(crate) address: SocketAddr,
    process: Child,
    folder: TempDir,
}

impl RealCoturn {
    /// One that allows these ranges beside the public network; `None` where it is not installed.
    pub(crate) async fn start(ranges: &[&str]) -> Option<Self> {
        Self::relaying_from(Ipv4Addr::LOCALHOST.into(), ranges).await
    }

    pub(crate) async fn relaying_from(relay_ip: IpAddr, ranges: &[&str]) -> Option<Self> {
        if !testkit::has_tool("turnserver") {
            return None;
        }
        let [port, ..] = testkit::free_ports();
        let address = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        let folder = tempfile::tempdir().unwrap();
        let allowed: Vec<Cidr> = ranges.iter().map(|range| range.parse().unwrap()).collect();
        let text = Coturn {
            listen: address,
            relay_ip,
            external_ip: None,
            ports: (20_000, 60_000),
            realm: REALM,
            secrets: &secrets(),
            allowed: &allowed,
            quotas: QUOTAS,
            max_lifetime_s: 600,
        }
        .config();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("turnserver.conf"), text).unwrap();
        let process = Command::new("turnserver")
            .arg("-c")
            .arg(path("turnserver.conf"))
            .args(["--log-file", "stdout", "--simple-log"])
            .arg("--pidfile")
            .arg(path("pid"))
            .arg("--userdb")
            .arg(path("db"))
            .stdout(std::fs::File::create(path("log")).unwrap())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let coturn = Self {
            address,
            process,
            folder,
        };
        coturn.until_it_answers().await;
        Some(coturn)
    }

    pub(crate) async fn client(&self, transport: Transport, person: &str) -> TurnClient {
        let (username, password) = credential(person);
        TurnClient::connect(transport, self.address, &username, &password)
            .await
            .unwrap()
    }

    async fn until_it_answers(&self) {
        testkit::until("coturn answers", SOON * 4, async || {
            let mut client = TurnClient::connect(Transport::Tcp, self.address, "", "")
                .await
                .ok()?;
            client.binding().await.ok()
        })
        .await;
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for RealCoturn {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[tokio::test]
async fn trn_31_coturn_takes_our_credentials_of_every_secret_and_no_other() {
    let Some(coturn) = RealCoturn::start(&[]).await else {
        return;
    };
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut ann = coturn.client(transport, "ann").await;
        let allocation = ann
            .allocate()
            .await
            .unwrap_or_else(|why| panic!("{why}\n{}", coturn.log()));
        assert!(allocation.lifetime_s <= 600);
    }
    let (username, _) = credential("ann");
    let old = Secret::new(OLD_SECRET).unwrap().password(&username);
    let mut client = TurnClient::connect(Transport::Udp, coturn.address, &username, &old)
        .await
        .unwrap();
    client
        .allocate()
        .await
        .expect("signed with the secret before");
    let mut client = TurnClient::connect(Transport::Udp, coturn.address, &username, "guess")
        .await
        .unwrap();
    assert!(matches!(
        client.allocate().await,
        Err(ClientError::Refused(401))
    ));
}

#[tokio::test]
async fn trn_59_coturn_asks_for_the_end_of_a_credential_only_where_an_allocation_begins() {
    let Some(coturn) = RealCoturn::start(&[]).await else {
        return;
    };
    let (username, password) = credential_for("ann", 2_000);
    let connect = async || {
        TurnClient::connect(Transport::Udp, coturn.address, &username, &password)
            .await
            .unwrap()
    };
    let mut ann = connect().await;
    ann.allocate().await.unwrap();
    testkit::until("the credential has ended", SOON * 2, async || {
        let late = connect().await.allocate().await;
        matches!(late, Err(ClientError::Refused(401))).then_some(())
    })
    .await;
    // What docs/media/coturn.md says: the running one goes on, a span of `max-allocate-lifetime` at a time.
    assert!(ann.refresh(600).await.unwrap() <= 600);
}
