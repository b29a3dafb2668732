//! MariaDB's and MySQL's protocol as far as sqlx's questions need it (<https://mariadb.com/kb/en/clientserver-protocol/>).

use std::collections::HashMap;

use storage::Value;

use super::bytes::Bytes;
use super::recording::{Question, interned};
use super::tap::Listener;

const HEADER_BYTES: usize = 4;
const COM_QUERY: u8 = 0x03;
const COM_STMT_PREPARE: u8 = 0x16;
const COM_STMT_EXECUTE: u8 = 0x17;
/// The types that statements bind.
const LONGLONG: u8 = 0x08;
const VAR_STRING: u8 = 0xfd;
const BLOB: u8 = 0xfc;
const STRING: u8 = 0xfe;

/// One connection to the server.
#[derive(Debug, Default)]
pub(crate) struct MySqlListener {
    /// What has come of a packet that is not whole.
    rest: Vec<u8>,
    /// A statement whose id the server is about to tell.
    preparing: Option<&'static str>,
    prepared: HashMap<u32, &'static str>,
}

impl Listener for MySqlListener {
    fn client(&mut self, bytes: &[u8]) -> Result<Vec<Question>, String> {
        self.rest.extend_from_slice(bytes);
        let mut asked = Vec::new();
        while let Some(&[a, b, c, number]) = self.rest.first_chunk::<HEADER_BYTES>() {
            let length = u32::from_le_bytes([a, b, c, 0]) as usize;
            if self.rest.len() < HEADER_BYTES + length {
                break;
            }
            let packet: Vec<u8> = self.rest.drain(..HEADER_BYTES + length).collect();
            // A command begins a conversation; what logs in is part of the server's.
            if number == 0 {
                asked.extend(self.command(&packet[HEADER_BYTES..])?);
            }
        }
        Ok(asked)
    }

    /// The answer to a statement that is prepared begins with 0 and its id.
    fn server(&mut self, bytes: &[u8]) {
        let Some(text) = self.preparing.take() else {
            return;
        };
        if let Some(&[0, a, b, c, d]) = bytes
            .get(HEADER_BYTES..)
            .and_then(|packet| packet.first_chunk::<5>())
        {
            let id = u32::from_le_bytes([a, b, c, d]);
            self.prepared.insert(id, text);
        }
    }
}

impl MySqlListener {
    fn command(&mut self, packet: &[u8]) -> Result<Option<Question>, String> {
        let mut body = Bytes(packet);
        match body.array::<1>()? {
            [COM_QUERY] => {
                let text = body.text(body.0.len())?;
                Ok(Some(Question::Plain(interned(&text))))
            }
            [COM_STMT_PREPARE] => {
                let text = body.text(body.0.len())?;
                self.preparing = Some(interned(&text));
                Ok(None)
            }
            [COM_STMT_EXECUTE] => self.execute(&mut body).map(Some),
            _ => Ok(None),
        }
    }

    fn execute(&self, body: &mut Bytes<'_>) -> Result<Question, String> {
        let id = u32::from_le_bytes(body.array()?);
        let text = *self.prepared.get(&id).ok_or("it was never prepared")?;
        // Flags, and the number of times.
        body.take(5)?;
        let count = text.matches('?').count();
        let mut values = Vec::new();
        if count > 0 {
            let nulls = body.take(count.div_ceil(8))?;
            if body.array()? != [1_u8] {
                return Err("its values have no types".to_owned());
            }
            let types = body.take(2 * count)?;
            for (at, kind) in types.chunks_exact(2).enumerate() {
                let is_null = nulls[at / 8] & (1 << (at % 8)) != 0;
                values.push(value(kind[0], is_null, body)?);
            }
        }
        match body.0 {
            [] => Ok(Question::Prepared { text, values }),
            rest => Err(format!("{} bytes follow its values", rest.len())),
        }
    }
}

fn value(kind: u8, is_null: bool, body: &mut Bytes<'_>) -> Result<Value<'static>, String> {
    match kind {
        LONGLONG if is_null => Ok(Value::Integer(None)),
        LONGLONG => Ok(i64::from_le_bytes(body.array()?).into()),
        _ if is_null => Ok(Value::Text(None)),
        VAR_STRING | BLOB | STRING => {
            let length = length(body)?;
            Ok(body.text(length)?.into())
        }
        other => Err(format!("a value of the type {other}")),
    }
}

/// A number of one byte, or of those that the first one announces.
fn length(body: &mut Bytes<'_>) -> Result<usize, String> {
    let [first] = body.array()?;
    let count = match first {
        0xfc => 2,
        0xfd => 3,
        0xfe => 8,
        short => return Ok(usize::from(short)),
    };
    let bytes = body.take(count)?.iter().rev();
    Ok(bytes.fold(0, |length, byte| length << 8 | usize::from(*byte)))
}
