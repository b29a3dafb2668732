//! A client of STUN and TURN, over UDP or TCP: enough to find out whether a relay relays. For `doctor` and for
//! tests; it refreshes nothing by itself.

mod socket;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use turn_core::Family;
use turn_core::stun::{
    Attribute, Class, Method, StunKey, StunMessage, StunMessageWriter, TransactionId,
    long_term_key, read_xor_address,
};

use self::socket::ServerSocket;
pub use self::socket::Transport;

/// How long an answer is waited for before a datagram is sent again.
const AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How often a request is sent.
const TRIES: usize = 6;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server answers with an error: 401, 403, 486 and so on.
    #[error("the server refuses with {0}")]
    Refused(u16),
    /// Nothing comes back.
    #[error("no answer")]
    Silent,
    /// What comes back is no STUN.
    #[error("an answer that is no STUN")]
    Malformed,
    /// The network says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A relay address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantedAllocation {
    /// Where peers reach the client.
    pub relayed: SocketAddr,
    /// Where the server sees the client.
    pub mapped: SocketAddr,
    /// For how long, in seconds.
    pub lifetime_s: u32,
}

/// A connection to one server, with a credential.
#[derive(Debug)]
pub struct TurnClient {
    socket: ServerSocket,
    username: String,
    password: String,
    /// From the last challenge.
    realm: String,
    nonce: String,
    key: Option<StunKey>,
    /// Data that came while an answer was waited for.
    waiting: Vec<(SocketAddr, Vec<u8>)>,
}

impl TurnClient {
    /// Gets ready to speak with a server; on UDP nothing is sent yet.
    ///
    /// # Errors
    /// When it can't be connected to.
    pub async fn connect(
        transport: Transport,
        server: SocketAddr,
        username: &str,
        password: &str,
    ) -> Result<Self, ClientError> {
        Ok(Self {
            socket: ServerSocket::connect(transport, server).await?,
            username: username.to_owned(),
            password: password.to_owned(),
            realm: String::new(),
            nonce: String::new(),
            key: None,
            waiting: Vec::new(),
        })
    }

    /// Asks where one comes from.
    ///
    /// # Errors
    /// When no answer tells.
    pub async fn binding(&mut self) -> Result<SocketAddr, ClientError> {
        let transaction = rand::random();
        let request = StunMessageWriter::new(Class::Request, Method::BINDING, transaction).finish();
        let answer = self.exchange(transaction, &request).await?;
        address(&read(&answer)?, Attribute::XOR_MAPPED_ADDRESS)
    }

    /// Asks for a relay address of IPv4.
    ///
    /// # Errors
    /// When it is refused, or nothing comes back.
    pub async fn allocate(&mut self) -> Result<GrantedAllocation, ClientError> {
        self.allocate_of(Family::V4).await
    }

    /// Asks for a relay address.
    ///
    /// # Errors
    /// When it is refused, or nothing comes back.
    pub async fn allocate_of(&mut self, family: Family) -> Result<GrantedAllocation, ClientError> {
        let wanted = |writer: StunMessageWriter| {
            let writer = writer.with_number(Attribute::REQUESTED_TRANSPORT, 17 << 24);
            match family {
                Family::V4 => writer,
                Family::V6 => writer.with_number(Attribute::REQUESTED_ADDRESS_FAMILY, 2 << 24),
            }
        };
        let answer = self.request(Method::ALLOCATE, wanted).await?;
        let message = read(&answer)?;
        Ok(GrantedAllocation {
            relayed: address(&message, Attribute::XOR_RELAYED_ADDRESS)?,
            mapped: address(&message, Attribute::XOR_MAPPED_ADDRESS)?,
            lifetime_s: message
                .number(Attribute::LIFETIME)
                .ok_or(ClientError::Malformed)?,
        })
    }

    /// Asks for `lifetime_s` seconds more, and gives what was granted; 0 ends it.
    ///
    /// # Errors
    /// When it is refused, or nothing comes back.
    pub async fn refresh(&mut self, lifetime_s: u32) -> Result<u32, ClientError> {
        let lifetime =
            |writer: StunMessageWriter| writer.with_number(Attribute::LIFETIME, lifetime_s);
        let answer = self.request(Method::REFRESH, lifetime).await?;
        read(&answer)?
            .number(Attribute::LIFETIME)
            .ok_or(ClientError::Malformed)
    }

    /// Asks to be let speak with a peer.
    ///
    /// # Errors
    /// When it is refused, or nothing comes back.
    pub async fn permit(&mut self, peer: SocketAddr) -> Result<(), ClientError> {
        let names =
            |writer: StunMessageWriter| writer.with_address(Attribute::XOR_PEER_ADDRESS, peer);
        self.request(Method::CREATE_PERMISSION, names)
            .await
            .map(drop)
    }

    /// Asks for a channel to a peer.
    ///
    /// # Errors
    /// When it is refused, or nothing comes back.
    pub async fn bind(&mut self, number: u16, peer: SocketAddr) -> Result<(), ClientError> {
        let names = |writer: StunMessageWriter| {
            writer
                .with_number(Attribute::CHANNEL_NUMBER, u32::from(number) << 16)
                .with_address(Attribute::XOR_PEER_ADDRESS, peer)
        };
        self.request(Method::CHANNEL_BIND, names).await.map(drop)
    }

    /// Sends a payload to a peer, in an indication.
    ///
    /// # Errors
    /// When the network takes nothing.
    pub async fn send(&mut self, peer: SocketAddr, payload: &[u8]) -> Result<(), ClientError> {
        let bytes = StunMessageWriter::new(Class::Indication, Method::SEND, rand::random())
            .with_address(Attribute::XOR_PEER_ADDRESS, peer)
            .with(Attribute::DATA, payload)
            .finish();
        Ok(self.socket.send(&bytes).await?)
    }

    /// Sends a payload through a channel.
    ///
    /// # Errors
    /// When the network takes nothing.
    pub async fn send_through(&mut self, number: u16, payload: &[u8]) -> Result<(), ClientError> {
        let length = u16::try_from(payload.len()).map_err(|_| ClientError::Malformed)?;
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.extend(length.to_be_bytes());
        bytes.extend(payload);
        Ok(self.socket.send(&bytes).await?)
    }

    /// Waits for a payload in an indication, and gives who sent it.
    ///
    /// # Errors
    /// When none comes within `limit`.
    pub async fn receive(&mut self, limit: Duration) -> Result<(SocketAddr, Vec<u8>), ClientError> {
        let until = Instant::now() + limit;
        loop {
            if !self.waiting.is_empty() {
                return Ok(self.waiting.remove(0));
            }
            let frame = self.frame(until).await?;
            self.keep_data(&frame);
        }
    }

    /// Waits for a payload on a channel.
    ///
    /// # Errors
    /// When none comes within `limit`.
    pub async fn receive_through(
        &mut self,
        number: u16,
        limit: Duration,
    ) -> Result<Vec<u8>, ClientError> {
        let until = Instant::now() + limit;
        loop {
            let frame = self.frame(until).await?;
            if let Some((head, rest)) = frame.split_first_chunk::<4>()
                && head[..2] == number.to_be_bytes()
            {
                let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
                return rest
                    .get(..length)
                    .map(<[u8]>::to_vec)
                    .ok_or(ClientError::Malformed);
            }
        }
    }

    /// Sends a request, and again, signed, when it is challenged.
    async fn request(
        &mut self,
        method: Method,
        attributes: impl Fn(StunMessageWriter) -> StunMessageWriter,
    ) -> Result<Vec<u8>, ClientError> {
        // The first challenge tells the realm, the second comes when the nonce is stale.
        for _ in 0..3 {
            let transaction = rand::random();
            let request = self.signed(attributes(StunMessageWriter::new(
                Class::Request,
                method,
                transaction,
            )));
            let answer = self.exchange(transaction, &request).await?;
            let message = read(&answer)?;
            let code = match message.class() {
                Class::Error => message.error_code().ok_or(ClientError::Malformed)?,
                _ => return Ok(answer),
            };
            let (realm, nonce) = (
                message.text(Attribute::REALM),
                message.text(Attribute::NONCE),
            );
            match (code, realm, nonce) {
                (401 | 438, Some(realm), Some(nonce)) if code == 438 || self.key.is_none() => {
                    self.key = Some(long_term_key(&self.username, realm, &self.password));
                    (self.realm, self.nonce) = (realm.to_owned(), nonce.to_owned());
                }
                _ => return Err(ClientError::Refused(code)),
            }
        }
        Err(ClientError::Refused(438))
    }

    fn signed(&self, writer: StunMessageWriter) -> Vec<u8> {
        let Some(key) = self.key else {
            return writer.finish();
        };
        writer
            .with(Attribute::USERNAME, self.username.as_bytes())
            .with(Attribute::REALM, self.realm.as_bytes())
            .with(Attribute::NONCE, self.nonce.as_bytes())
            .signed_with(&key)
            .finish()
    }

    /// Sends until an answer with this transaction comes.
    async fn exchange(
        &mut self,
        transaction: TransactionId,
        request: &[u8],
    ) -> Result<Vec<u8>, ClientError> {
        for _ in 0..TRIES {
            self.socket.send_first(request).await?;
            let until = Instant::now() + AGAIN_AFTER;
            loop {
                let frame = match self.frame(until).await {
                    Ok(frame) => frame,
                    Err(ClientError::Silent) => break,
                    Err(other) => return Err(other),
                };
                let is_answer = StunMessage::read(&frame).is_some_and(|message| {
                    message.transaction() == transaction
                        && matches!(message.class(), Class::Success | Class::Error)
                });
                if is_answer {
                    self.socket.answered();
                    return Ok(frame);
                }
                self.keep_data(&frame);
            }
        }
        Err(ClientError::Silent)
    }

    async fn frame(&mut self, until: Instant) -> Result<Vec<u8>, ClientError> {
        match timeout_at(until, self.socket.receive()).await {
            Ok(frame) => Ok(frame?),
            Err(_) => Err(ClientError::Silent),
        }
    }

    fn keep_data(&mut self, frame: &[u8]) {
        let Some(message) = StunMessage::read(frame) else {
            return;
        };
        if (message.class(), message.method()) == (Class::Indication, Method::DATA)
            && let Ok(peer) = address(&message, Attribute::XOR_PEER_ADDRESS)
            && let Some(payload) = message.value(Attribute::DATA)
        {
            self.waiting.push((peer, payload.to_vec()));
        }
    }
}

fn read(bytes: &[u8]) -> Result<StunMessage<'_>, ClientError> {
    StunMessage::read(bytes).ok_or(ClientError::Malformed)
}

fn address(message: &StunMessage<'_>, attribute: Attribute) -> Result<SocketAddr, ClientError> {
    let value = message.value(attribute).ok_or(ClientError::Malformed)?;
    read_xor_address(value, &message.transaction()).ok_or(ClientError::Malformed)
}
