//! Join links and the access that they are traded for: self-contained, signed by HMAC, stored nowhere.
//!
//! Both name a session, a person and the generation of that person's link; raising the generation
//! revokes both. A signed byte says which of the two it is, so that neither passes as the other.

mod mail;

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use scheduler_core::BookedSession;
use service::secret_file;
use sha2::Sha256;
use uuid::Uuid;
use wire::{SessionId, UnixMs, UserId};

use crate::config::keys_dir;

/// Bytes of the secret: as many as the hash has.
const SECRET_BYTES: usize = 32;
/// Purpose, generation, expiry, session, person.
const PAYLOAD_BYTES: usize = 1 + 4 + 8 + 16 + 16;

/// Signs and opens both kinds of token.
#[derive(Clone)]
pub(crate) struct JoinLinks {
    mac: Hmac<Sha256>,
}

/// What a token grants access to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkGrant {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    pub(crate) generation: u32,
}

impl LinkGrant {
    /// True while the person's link was not renewed since.
    pub(crate) fn counts_in(&self, session: &BookedSession) -> bool {
        let person = session.participant(&self.user);
        person.is_some_and(|person| person.generation == self.generation)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Link = 1,
    Access = 2,
}

impl JoinLinks {
    /// Reads the secret of a data directory, and makes it where there is none.
    pub(crate) fn load_or_create(data_dir: &Path) -> io::Result<Self> {
        let path = keys_dir(data_dir).join("join.secret");
        let secret = secret_file::read_or_create(&path, || {
            let secret: [u8; SECRET_BYTES] = rand::random();
            secret.to_vec()
        })?;
        if secret.len() < SECRET_BYTES {
            return Err(io::Error::other(format!("{} is too short", path.display())));
        }
        Ok(Self::new(&secret))
    }

    fn new(secret: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(secret).expect("HMAC takes keys of any length");
        Self { mac }
    }

    /// What stands behind the `#` of a join link. It has no end of its own: the session's counts.
    pub(crate) fn link(&self, grant: &LinkGrant) -> Option<String> {
        self.seal(Purpose::Link, grant, UnixMs(0))
    }

    /// The Bearer credential that a link is traded for.
    pub(crate) fn access(&self, grant: &LinkGrant, expires_at: UnixMs) -> Option<String> {
        self.seal(Purpose::Access, grant, expires_at)
    }

    /// Who a link is for.
    pub(crate) fn open_link(&self, token: &str) -> Option<LinkGrant> {
        Some(self.open(Purpose::Link, token)?.0)
    }

    /// Whose access it is, while it counts.
    pub(crate) fn open_access(&self, now: UnixMs, token: &str) -> Option<LinkGrant> {
        let (grant, expires_at) = self.open(Purpose::Access, token)?;
        (now < expires_at).then_some(grant)
    }

    /// A keyed hash of a text, by which it is known again and can't be guessed back.
    pub(crate) fn fingerprint(&self, text: &str) -> String {
        let mac = self.mac.clone().chain_update(b"fingerprint\0");
        let tag = mac.chain_update(text).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(tag)
    }

    fn seal(&self, purpose: Purpose, grant: &LinkGrant, expires_at: UnixMs) -> Option<String> {
        let mut payload = Vec::with_capacity(PAYLOAD_BYTES);
        payload.push(purpose as u8);
        payload.extend(grant.generation.to_be_bytes());
        payload.extend(expires_at.0.to_be_bytes());
        payload.extend(Uuid::parse_str(grant.session.as_str()).ok()?.into_bytes());
        payload.extend(Uuid::parse_str(grant.user.as_str()).ok()?.into_bytes());
        let tag = self.mac.clone().chain_update(&payload).finalize();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Some(format!("{}.{}", text(&payload), text(&tag.into_bytes())))
    }

    fn open(&self, purpose: Purpose, token: &str) -> Option<(LinkGrant, UnixMs)> {
        let (payload, tag) = token.split_once('.')?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        let mac = self.mac.clone().chain_update(&payload);
        mac.verify_slice(&tag).ok()?;
        let payload: [u8; PAYLOAD_BYTES] = payload.try_into().ok()?;
        let (head, ids) = payload.split_at(13);
        if head[0] != purpose as u8 {
            return None;
        }
        let grant = LinkGrant {
            generation: u32::from_be_bytes(head[1..5].try_into().ok()?),
            session: id(&ids[..16])?.into(),
            user: id(&ids[16..])?.into(),
        };
        Some((
            grant,
            UnixMs(i64::from_be_bytes(head[5..].try_into().ok()?)),
        ))
    }
}

fn id(bytes: &[u8]) -> Option<String> {
    Some(Uuid::from_slice(bytes).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: UnixMs = UnixMs(1_000);

    fn grant() -> LinkGrant {
        LinkGrant {
            session: Uuid::now_v7().to_string().into(),
            user: Uuid::now_v7().to_string().into(),
            generation: 3,
        }
    }

    #[test]
    fn sch_22_a_link_says_who_it_is_for_and_is_always_the_same() {
        let links = JoinLinks::new(&[7; 32]);
        let grant = grant();
        let token = links.link(&grant).unwrap();
        assert_eq!(links.open_link(&token), Some(grant.clone()));
        assert_eq!(links.link(&grant).unwrap(), token);
    }

    #[test]
    fn sch_22_access_counts_until_it_ends() {
        let links = JoinLinks::new(&[7; 32]);
        let grant = grant();
        let token = links.access(&grant, END).unwrap();
        assert_eq!(links.open_access(END - 1, &token), Some(grant));
        assert_eq!(links.open_access(END, &token), None);
    }

    #[test]
    fn sch_22_neither_passes_as_the_other_nor_forged_nor_cut() {
        let links = JoinLinks::new(&[7; 32]);
        let link = links.link(&grant()).unwrap();
        let access = links.access(&grant(), END).unwrap();
        assert_eq!(links.open_access(UnixMs(-1), &link), None);
        assert_eq!(links.open_link(&access), None);
        assert_eq!(JoinLinks::new(&[8; 32]).open_link(&link), None);
        for at in 0..link.len() {
            let mut forged = link.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            // The last character of base64 holds bits that stand for nothing; those are refused too.
            assert_eq!(links.open_link(&forged), None, "{at}");
            assert_eq!(links.open_link(&link[..at]), None);
        }
    }
}
