//! The attributes that are read or written here, by number (RFC 8489, section 18.3; RFC 8656, section 18).

/// The type of an attribute; those from 0x8000 up may be ignored by whoever doesn't know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute(pub u16);

#[expect(missing_docs, reason = "the names are those of the RFCs")]
impl Attribute {
    pub const MAPPED_ADDRESS: Self = Self(0x0001);
    pub const USERNAME: Self = Self(0x0006);
    pub const MESSAGE_INTEGRITY: Self = Self(0x0008);
    pub const ERROR_CODE: Self = Self(0x0009);
    pub const UNKNOWN_ATTRIBUTES: Self = Self(0x000A);
    pub const CHANNEL_NUMBER: Self = Self(0x000C);
    pub const LIFETIME: Self = Self(0x000D);
    pub const XOR_PEER_ADDRESS: Self = Self(0x0012);
    pub const DATA: Self = Self(0x0013);
    pub const REALM: Self = Self(0x0014);
    pub const NONCE: Self = Self(0x0015);
    pub const XOR_RELAYED_ADDRESS: Self = Self(0x0016);
    pub const REQUESTED_ADDRESS_FAMILY: Self = Self(0x0017);
    pub const REQUESTED_TRANSPORT: Self = Self(0x0019);
    pub const XOR_MAPPED_ADDRESS: Self = Self(0x0020);
    pub const PRIORITY: Self = Self(0x0024);
    pub const USE_CANDIDATE: Self = Self(0x0025);
    pub const SOFTWARE: Self = Self(0x8022);
    pub const FINGERPRINT: Self = Self(0x8028);
}

impl Attribute {
    /// Those of the range that must be understood, and are.
    const UNDERSTOOD: [Self; 17] = [
        Self::MAPPED_ADDRESS,
        Self::USERNAME,
        Self::MESSAGE_INTEGRITY,
        Self::ERROR_CODE,
        Self::UNKNOWN_ATTRIBUTES,
        Self::CHANNEL_NUMBER,
        Self::LIFETIME,
        Self::XOR_PEER_ADDRESS,
        Self::DATA,
        Self::REALM,
        Self::NONCE,
        Self::XOR_RELAYED_ADDRESS,
        Self::REQUESTED_ADDRESS_FAMILY,
        Self::REQUESTED_TRANSPORT,
        Self::XOR_MAPPED_ADDRESS,
        Self::PRIORITY,
        Self::USE_CANDIDATE,
    ];

    /// True when a request that carries it must be refused with 420: EVEN-PORT, RESERVATION-TOKEN and
    /// DONT-FRAGMENT among others, which no browser sends.
    #[must_use]
    pub fn must_be_refused(self) -> bool {
        self.0 < 0x8000 && !Self::UNDERSTOOD.contains(&self)
    }
}
