//! PostgreSQL's protocol as far as sqlx's questions need it
//! (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).

use std::collections::HashMap;

use storage::Value;

use super::bytes::Bytes;
use super::recording::{Question, interned};
use super::tap::Listener;

/// The code in place of a version with which a client asks for TLS.
const TLS_REQUEST: [u8; 4] = 80_877_103_u32.to_be_bytes();
/// The types that statements bind: `bigint` and `text`.
const INT8: u32 = 20;
const TEXT: u32 = 25;

/// One connection to the server.
#[derive(Debug, Default)]
pub(crate) struct PostgresListener {
    /// What has come of a message that is not whole.
    rest: Vec<u8>,
    /// After the start-up message each begins with its kind.
    started: bool,
    prepared: HashMap<String, (&'static str, Vec<u32>)>,
}

impl Listener for PostgresListener {
    fn client(&mut self, bytes: &[u8]) -> Result<Vec<Question>, String> {
        self.rest.extend_from_slice(bytes);
        let mut asked = Vec::new();
        loop {
            let head = usize::from(self.started);
            let Some(length) = self.rest.get(head..head + 4) else {
                return Ok(asked);
            };
            let length = u32::from_be_bytes(length.try_into().unwrap_or_default()) as usize;
            if self.rest.len() < head + length {
                return Ok(asked);
            }
            let message: Vec<u8> = self.rest.drain(..head + length).collect();
            let body = message.get(head + 4..).unwrap_or_default();
            if self.started {
                asked.extend(self.message(message[0], &mut Bytes(body))?);
            } else {
                self.started = !body.starts_with(&TLS_REQUEST);
            }
        }
    }

    fn server(&mut self, _: &[u8]) {}
}

impl PostgresListener {
    fn message(&mut self, kind: u8, body: &mut Bytes<'_>) -> Result<Option<Question>, String> {
        match kind {
            b'Q' => Ok(Some(Question::Plain(interned(&body.text_to_zero()?)))),
            b'P' => {
                let (name, text) = (body.text_to_zero()?, body.text_to_zero()?);
                let mut types = Vec::new();
                for _ in 0..u16::from_be_bytes(body.array()?) {
                    types.push(u32::from_be_bytes(body.array()?));
                }
                self.prepared.insert(name, (interned(&text), types));
                Ok(None)
            }
            b'B' => self.bind(body).map(Some),
            _ => Ok(None),
        }
    }

    fn bind(&self, body: &mut Bytes<'_>) -> Result<Question, String> {
        let (_portal, name) = (body.text_to_zero()?, body.text_to_zero()?);
        let (text, types) = self.prepared.get(&name).ok_or("it was never prepared")?;
        let formats = usize::from(u16::from_be_bytes(body.array()?));
        body.take(2 * formats)?;
        let count = usize::from(u16::from_be_bytes(body.array()?));
        if count != types.len() {
            return Err(format!("{count} values for {} parameters", types.len()));
        }
        let values = types.iter().map(|kind| value(*kind, body));
        let values = values.collect::<Result<_, _>>()?;
        Ok(Question::Prepared { text, values })
    }
}

fn value(kind: u32, body: &mut Bytes<'_>) -> Result<Value<'static>, String> {
    // Nothing has the length -1.
    let length = usize::try_from(i32::from_be_bytes(body.array()?)).ok();
    match (kind, length) {
        (INT8, None) => Ok(Value::Integer(None)),
        (INT8, Some(8)) => Ok(i64::from_be_bytes(body.array()?).into()),
        (TEXT, None) => Ok(Value::Text(None)),
        (TEXT, Some(length)) => Ok(body.text(length)?.into()),
        _ => Err(format!("a value of the type {kind}")),
    }
}
