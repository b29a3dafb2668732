//! What an application does with a running stack: it makes a key, books, and asks for tickets.

use serde_json::{Value, json};
use wire::{SessionView, TicketResponse};

use super::{Service, Stack};
use crate::Http;

impl Stack {
    /// A new API key, as an operator makes one beside running services.
    ///
    /// # Panics
    /// When none is printed.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        let output = self.run(&["keys", "create", "--name", name]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// An application's back end: a client of the scheduler with a new API key.
    #[must_use]
    pub fn application(&self) -> Http {
        Http::bearer(&self.key("application"))
    }

    /// Books Ann and Bo; `more` overrides fields of the command.
    ///
    /// # Panics
    /// When the scheduler refuses.
    pub async fn book(&self, application: &Http, more: Value) -> SessionView {
        let mut body = json!({
            "participants": [
                {"external_id": "ann", "name": "Ann"},
                {"external_id": "bo", "name": "Bo"},
            ],
            "starts_at": crate::now(),
            "countdown_ms": 300,
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let url = format!("{}/v1/sessions", self.url(Service::Scheduler));
        application.post(&url, body).await.json(201)
    }

    /// A participant's ticket for the call.
    ///
    /// # Panics
    /// When the scheduler refuses.
    pub async fn ticket(
        &self,
        application: &Http,
        session: &SessionView,
        participant: usize,
    ) -> TicketResponse {
        let path = format!("/v1/sessions/{}/ticket", session.id);
        self.ask_ticket(application, &path, session, participant)
            .await
    }

    /// A participant's ticket for the chat.
    ///
    /// # Panics
    /// When the scheduler refuses.
    pub async fn chat_ticket(
        &self,
        application: &Http,
        session: &SessionView,
        participant: usize,
    ) -> TicketResponse {
        self.ask_ticket(application, "/v1/rooms/ticket", session, participant)
            .await
    }

    /// The session as the scheduler tells it.
    ///
    /// # Panics
    /// When it is not there.
    pub async fn session(&self, application: &Http, session: &SessionView) -> SessionView {
        let url = format!(
            "{}/v1/sessions/{}",
            self.url(Service::Scheduler),
            session.id
        );
        application.get(&url).await.json(200)
    }

    async fn ask_ticket(
        &self,
        application: &Http,
        path: &str,
        session: &SessionView,
        participant: usize,
    ) -> TicketResponse {
        let url = format!("{}{path}", self.url(Service::Scheduler));
        let user = &session.participants[participant].user_id;
        application
            .post(&url, json!({"user_id": user}))
            .await
            .json(200)
    }
}
