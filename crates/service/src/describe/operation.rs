//! One operation of a service, as its table has it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;
use wire::{ClockOffset, ClockReading, ErrorCode, EventBatch};

use super::auth_scheme::AuthScheme;

/// Where what services tell each other stands in the document.
const BETWEEN_SERVICES: &str = "Between the services";
/// Names a command, so that a repeat of it gives the first answer again. Another command under the name is a conflict.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Makes a type's schema, and notes what it refers to.
pub(super) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// What one method does at one address. Built from one constructor and the methods below.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) tag: &'static str,
    pub(super) auth: &'static [AuthScheme],
    pub(super) parameters: Vec<OperationParameter>,
    pub(super) body: Option<RequestBody>,
    pub(super) answers: Vec<ResponseSpec>,
    pub(super) refusals: Vec<(u16, &'static [ErrorCode])>,
}

#[derive(Debug, Clone)]
pub(super) struct OperationParameter {
    pub(super) location: &'static str,
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) schema: Describe,
}

#[derive(Debug, Clone)]
pub(super) struct RequestBody {
    pub(super) schema: Describe,
    pub(super) required: bool,
    pub(super) example: Option<Value>,
}

#[derive(Debug, Clone)]
pub(super) struct ResponseSpec {
    pub(super) status: u16,
    pub(super) description: &'static str,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    None,
    Json(Describe),
    Other(&'static str),
}

impl Operation {
    /// A `GET` of this path.
    #[must_use]
    pub fn get(path: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, summary)
    }

    /// A `POST` to this path.
    #[must_use]
    pub fn post(path: &'static str, summary: &'static str) -> Self {
        Self::new("post", path, summary)
    }

    /// A `PUT` to this path.
    #[must_use]
    pub fn put(path: &'static str, summary: &'static str) -> Self {
        Self::new("put", path, summary)
    }

    /// A `PATCH` of this path.
    #[must_use]
    pub fn patch(path: &'static str, summary: &'static str) -> Self {
        Self::new("patch", path, summary)
    }

    /// A `DELETE` of this path.
    #[must_use]
    pub fn delete(path: &'static str, summary: &'static str) -> Self {
        Self::new("delete", path, summary)
    }

    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            tag: "",
            auth: &[],
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// Under which heading it stands.
    #[must_use]
    pub fn tagged(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    /// Who may ask: any of these. Nobody named: everybody, without a credential.
    #[must_use]
    pub fn by(self, auth: &'static [AuthScheme]) -> Self {
        Self { auth, ..self }
    }

    /// It has an optional parameter behind the question mark.
    #[must_use]
    pub fn query<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<T>("query", name, description)
    }

    /// It has an optional header.
    #[must_use]
    pub fn header(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<String>("header", name, description)
    }

    /// Its body is a `T`.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Some(RequestBody {
            schema: schema_of::<T>,
            required: true,
            example: None,
        });
        self
    }

    /// Its body is a `T`, or empty.
    #[must_use]
    pub fn may_take<T: JsonSchema>(mut self) -> Self {
        self.body = Some(RequestBody {
            schema: schema_of::<T>,
            required: false,
            example: None,
        });
        self
    }

    /// A body that it takes, for who reads the description and for who tries it.
    ///
    /// # Panics
    /// When it takes no body.
    #[must_use]
    pub fn example(mut self, example: Value) -> Self {
        let body = self.body.as_mut().expect("an example is of a body");
        body.example = Some(example);
        self
    }

    /// It answers with a `T`.
    #[must_use]
    pub fn answers<T: JsonSchema>(self, status: u16, description: &'static str) -> Self {
        self.answer(status, description, Content::Json(schema_of::<T>))
    }

    /// It answers without a body.
    #[must_use]
    pub fn answers_nothing(self, status: u16, description: &'static str) -> Self {
        self.answer(status, description, Content::None)
    }

    /// It answers with something that has no schema here.
    #[must_use]
    pub fn answers_as(self, status: u16, media: &'static str, description: &'static str) -> Self {
        self.answer(status, description, Content::Other(media))
    }

    /// It refuses with a status and one of these codes. What every operation of its kind refuses needs no
    /// telling: a missing credential, a body that is no JSON, a query that can't be read, an `Idempotency-Key` that is
    /// none or stands for something else, a cookie without the web front end's origin, a credential in the address.
    #[must_use]
    pub fn refuses(mut self, status: u16, codes: &'static [ErrorCode]) -> Self {
        self.refusals.push((status, codes));
        self
    }

    /// Everything it refuses, with what every operation of its kind does.
    pub(super) fn all_refusals(&self) -> Vec<(u16, Vec<ErrorCode>)> {
        let mut all: Vec<(u16, &[ErrorCode])> = vec![(400, &[ErrorCode::TokenInUrl])];
        if !self.auth.is_empty() {
            all.push((401, &[ErrorCode::Unauthenticated]));
        }
        if self.auth.contains(&AuthScheme::Login) && self.method != "get" {
            all.push((403, &[ErrorCode::OriginNotAllowed]));
        }
        if self.has_parameter("query", None) {
            all.push((400, &[ErrorCode::Malformed]));
            all.push((422, &[ErrorCode::InvalidField]));
        }
        if self.has_parameter("header", Some(IDEMPOTENCY_KEY)) {
            all.push((409, &[ErrorCode::Conflict]));
            all.push((422, &[ErrorCode::InvalidField]));
        }
        if self.body.is_some() {
            all.push((400, &[ErrorCode::Malformed]));
            all.push((413, &[ErrorCode::TooLarge]));
            all.push((415, &[ErrorCode::UnsupportedMediaType]));
            all.push((422, &[ErrorCode::InvalidField, ErrorCode::UnknownField]));
        }
        all.extend(&self.refusals);
        let mut by_status: Vec<(u16, Vec<ErrorCode>)> = Vec::new();
        for (status, codes) in all {
            let at = by_status.iter().position(|(known, _)| *known == status);
            let at = at.unwrap_or_else(|| {
                by_status.push((status, Vec::new()));
                by_status.len() - 1
            });
            for code in codes {
                if !by_status[at].1.contains(code) {
                    by_status[at].1.push(*code);
                }
            }
        }
        by_status
    }

    fn has_parameter(&self, location: &str, name: Option<&str>) -> bool {
        let is_it = |one: &OperationParameter| {
            one.location == location && name.is_none_or(|name| one.name == name)
        };
        self.parameters.iter().any(is_it)
    }

    fn parameter<T: JsonSchema>(
        mut self,
        location: &'static str,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        self.parameters.push(OperationParameter {
            location,
            name,
            description,
            schema: schema_of::<T>,
        });
        self
    }

    fn answer(mut self, status: u16, description: &'static str, content: Content) -> Self {
        self.answers.push(ResponseSpec {
            status,
            description,
            content,
        });
        self
    }
}

/// What a service has whose clock is moved in tests.
pub(super) fn following_test_clock() -> Operation {
    Operation::post("/v1/test-clock", "Moves the clock of tests forward.")
        .tagged(BETWEEN_SERVICES)
        .by(&[AuthScheme::Service])
        .takes::<ClockOffset>()
        .answers::<ClockReading>(200, "It is there, or was further ahead already.")
}

/// What every service has beside its own: events from the others, and what operators look at.
pub(super) fn common() -> Vec<Operation> {
    const HEALTH: &str = "Health";
    vec![
        Operation::post("/v1/events", "Takes facts that another service tells.")
            .tagged(BETWEEN_SERVICES)
            .by(&[AuthScheme::Service])
            .takes::<EventBatch>()
            .answers_nothing(200, "They are stored, and have taken effect once.")
            .refuses(503, &[ErrorCode::StorageUnavailable]),
        Operation::get("/health/live", "Whether the process runs.")
            .tagged(HEALTH)
            .answers_as(200, "application/json", "It runs."),
        Operation::get("/health/ready", "Whether it can do its work.")
            .tagged(HEALTH)
            .answers_as(200, "application/json", "It can.")
            .refuses(503, &[ErrorCode::Unavailable]),
    ]
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
