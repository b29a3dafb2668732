//! `/v1/questions`: something to talk about.

use std::collections::HashMap;

use axum::extract::{Query, State};
use scheduler_core::{QUESTIONS_PER_SESSION, any_question, question_locale};
use service::http::{HttpError, Json};
use wire::{QuestionLocale, QuestionView, SessionId};

use super::query::QueryParams;
use super::sessions::session_of_caller;
use crate::access::{SessionCaller, no_such_session};
use crate::commands::question_at;
use crate::question_throttle::QuestionAsker;
use crate::state::AppState;

/// `GET /v1/questions/random`: any question, or the n-th one of a session, which is the same for both of its people.
pub(crate) async fn random(
    State(app): State<AppState>,
    caller: SessionCaller,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<QuestionView>, HttpError> {
    let wanted = WantedQuestion::read(named)?;
    let random = rand::random();
    let asker = asker(&caller);
    let question = match wanted.place {
        None => {
            app.questions.count(&asker)?;
            any_question(random)
        }
        Some((id, position)) => {
            // Found before it is counted: what stands for no session of theirs makes no bucket.
            let (session, _) = session_of_caller(&app, caller, id).await?;
            app.questions.count(&asker.about(session.id.clone()))?;
            let given = question_at(&*app.store, &session.id, position, random).await?;
            given.ok_or_else(no_such_session)?
        }
    };
    Ok(Json(QuestionView {
        id: question.id.clone(),
        text: question.text(wanted.locale).to_owned(),
        locale: wanted.locale,
    }))
}

fn asker(caller: &SessionCaller) -> QuestionAsker {
    match caller {
        SessionCaller::Application(application) => {
            QuestionAsker::Application(application.clone(), None)
        }
        SessionCaller::Person(person) => QuestionAsker::Person(person.user.clone()),
        SessionCaller::Page(member) => {
            QuestionAsker::Page(member.session.id.clone(), member.user.clone())
        }
    }
}

struct WantedQuestion {
    locale: QuestionLocale,
    /// Of which session, and which one of it.
    place: Option<(SessionId, u32)>,
}

impl WantedQuestion {
    fn read(named: HashMap<String, String>) -> Result<Self, HttpError> {
        let mut params = QueryParams::new(named, &["locale", "session_id", "n"]);
        let locale = params.text("locale");
        let session = params.text("session_id").map(SessionId);
        let last = QUESTIONS_PER_SESSION - 1;
        let message = format!("`n` is a whole number from 0 to {last}.");
        let position = params.parsed("n", &message, position);
        if session.is_none() && position.is_some() {
            let message = "Name the session whose question is wanted, or leave `n` out.";
            params.wrong("session_id", "required", message);
        }
        params.check()?;
        Ok(Self {
            locale: question_locale(locale.as_deref()),
            place: session.map(|session| (session, position.unwrap_or_default())),
        })
    }
}

fn position(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|digit| digit.is_ascii_digit());
    let position = text.parse().ok().filter(|_| is_plain)?;
    (position < QUESTIONS_PER_SESSION).then_some(position)
}
