//! A row: one request, and what each who may be told anything but "no" is answered.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::callers::{Caller, Relation};
use crate::world::{Target, World};

/// What a row sends, for that caller.
type Body = fn(&World, Target, Caller) -> Value;

/// One request of the table.
#[derive(Clone)]
pub(crate) struct Row {
    /// In lower case, as `/openapi.json` writes it.
    pub(crate) method: &'static str,
    /// As the router has it.
    pub(crate) path: &'static str,
    /// Behind the question mark, with the same names in braces as the path.
    pub(crate) query: &'static str,
    pub(crate) body: Option<Body>,
    /// Whose objects it asks for, one after the other.
    pub(crate) targets: &'static [Target],
    answers: Vec<(Relation, Answer)>,
    /// Those who are let in, whatever stands in their way then.
    let_in: Vec<Relation>,
    for_everybody: Option<Answer>,
}

/// What comes back: a status and, of a refusal, its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: Option<String>,
}

impl Row {
    /// Where nothing else is said, a credential that is none is 401, and another one is 403.
    pub(crate) fn of(method: &'static str, path: &'static str) -> Self {
        Self {
            method,
            path,
            query: "",
            body: None,
            targets: &[Target::Ours, Target::Theirs],
            answers: Vec::new(),
            let_in: Vec::new(),
            for_everybody: None,
        }
    }

    pub(crate) fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    /// It asks for what two people with accounts have between them.
    pub(crate) fn between(self, targets: &'static [Target]) -> Self {
        Self { targets, ..self }
    }

    pub(crate) fn sends(self, body: Body) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    /// True of endpoints, listeners and their deliveries.
    pub(crate) fn is_of_hooks(&self) -> bool {
        self.path.starts_with("/v1/webhook") || self.path.ends_with("/redeliver")
    }

    /// True unless it only reads.
    pub(crate) fn changes(&self) -> bool {
        self.method != "get"
    }

    /// These get what they ask for.
    pub(crate) fn grants(mut self, status: u16, to: &[Relation]) -> Self {
        self.let_in.extend(to);
        self.answer(&Answer { status, code: None }, to)
    }

    /// These may ask, and what they send is refused for what it is.
    pub(crate) fn lets_in(mut self, status: u16, code: &str, to: &[Relation]) -> Self {
        self.let_in.extend(to);
        self.refuses(status, code, to)
    }

    /// To these it is not there.
    pub(crate) fn hides(self, from: &[Relation]) -> Self {
        self.refuses(404, "not_found", from)
    }

    /// These are refused in another way than all others are.
    pub(crate) fn refuses(self, status: u16, code: &str, to: &[Relation]) -> Self {
        let code = Some(code.to_owned());
        self.answer(&Answer { status, code }, to)
    }

    /// Whoever asks, whatever they show.
    pub(crate) fn open_to_all(self, status: u16) -> Self {
        Self {
            for_everybody: Some(Answer { status, code: None }),
            ..self
        }
    }

    /// Whoever asks is refused for what they send, whatever they show.
    pub(crate) fn refuses_all(self, status: u16, code: &str) -> Self {
        let code = Some(code.to_owned());
        Self {
            for_everybody: Some(Answer { status, code }),
            ..self
        }
    }

    fn answer(mut self, answer: &Answer, to: &[Relation]) -> Self {
        let more = to.iter().map(|relation| (*relation, answer.clone()));
        self.answers.extend(more);
        self
    }

    pub(crate) fn expected(&self, caller: Caller, target: Target) -> Answer {
        self.expected_of(caller.relation(target))
    }

    fn expected_of(&self, relation: Relation) -> Answer {
        let said = self.answers.iter().find(|(other, _)| *other == relation);
        let said = said.map(|(_, answer)| answer.clone());
        said.or_else(|| self.for_everybody.clone())
            .unwrap_or_else(|| Answer::by_default(relation))
    }

    /// The credentials with which it is granted; none where no credential is needed.
    pub(crate) fn credentials(&self) -> BTreeSet<&'static str> {
        if self.for_everybody.is_some() {
            return BTreeSet::new();
        }
        let let_in = self.let_in.iter().copied();
        let_in.filter_map(Relation::credential).collect()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.method, self.path, self.query)
    }
}

impl Answer {
    fn by_default(relation: Relation) -> Self {
        // The services' secret is no credential anywhere but between them.
        let (status, code) = match relation {
            Relation::Unknown | Relation::Service => (401, "unauthenticated"),
            _ => (403, "forbidden"),
        };
        Self {
            status,
            code: Some(code.to_owned()),
        }
    }

    pub(crate) fn is_granted(&self) -> bool {
        self.code.is_none()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match &self.code {
            Some(code) => write!(f, " {code}"),
            None => Ok(()),
        }
    }
}
