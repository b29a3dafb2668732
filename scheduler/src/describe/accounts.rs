//! The operations of accounts, where there are any.

use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{
    BadLogin, BadToken, Conflict, EmailTaken, InvalidField, NotFound, OriginNotAllowed,
    RateLimited, Unavailable, UnknownField, WeakPassword,
};
use wire::{
    CalendarFeed, ChangeMe, ChangePassword, ConfirmEmail, ConfirmReset, EmptyBody, FoundPerson,
    Login, LoginView, Page, PasswordReset, Signup, User,
};

use super::finished;

const COOKIE: &str = "The account; `Set-Cookie` logs the browser in.";

pub(super) fn operations() -> Vec<Operation> {
    [entering(), own(), calendar(), proofs(), others()].concat()
}

fn entering() -> Vec<Operation> {
    let all = vec![
        Operation::post("/v1/signup", "Opens an account, and logs in.")
            .takes::<Signup>()
            .answers::<User>(201, COOKIE)
            .refuses(403, &[OriginNotAllowed])
            .refuses(409, &[EmailTaken])
            .refuses(422, &[InvalidField, UnknownField, WeakPassword])
            .refuses(429, &[RateLimited])
            .refuses(503, &[Unavailable]),
        Operation::post("/v1/login", "Logs in.")
            .takes::<Login>()
            .answers::<User>(200, COOKIE)
            .refuses(401, &[BadLogin])
            .refuses(403, &[OriginNotAllowed])
            .refuses(429, &[RateLimited])
            .refuses(503, &[Unavailable]),
        Operation::post("/v1/logout", "Ends the login that asks.")
            .by(&[AuthScheme::Login])
            .answers_nothing(204, "The cookie opens nothing any more."),
    ];
    finished(all, "Accounts")
}

fn own() -> Vec<Operation> {
    let all = vec![
        Operation::get("/v1/me", "One's own account; the cookie is given anew.")
            .by(&[AuthScheme::Login])
            .answers::<User>(200, COOKIE),
        Operation::patch("/v1/me", "Changes one's own account.")
            .by(&[AuthScheme::Login])
            .takes::<ChangeMe>()
            .answers::<User>(200, "The account as it is now.")
            .refuses(409, &[EmailTaken])
            .refuses(429, &[RateLimited]),
        Operation::post(
            "/v1/me/password",
            "Changes the password, and ends every other login.",
        )
        .by(&[AuthScheme::Login])
        .takes::<ChangePassword>()
        .answers_nothing(204, "It is changed.")
        .refuses(422, &[InvalidField, UnknownField, WeakPassword])
        .refuses(429, &[RateLimited])
        .refuses(503, &[Unavailable]),
        Operation::get("/v1/me/logins", "Where one is logged in, the newest first.")
            .by(&[AuthScheme::Login])
            .answers::<Page<LoginView>>(200, "All of them."),
        Operation::delete("/v1/me/logins/{id}", "Ends a login.")
            .by(&[AuthScheme::Login])
            .answers_nothing(204, "Its cookie opens nothing any more.")
            .refuses(404, &[NotFound]),
    ];
    finished(all, "Accounts")
}

fn calendar() -> Vec<Operation> {
    let all = vec![
        Operation::post(
            "/v1/me/calendar",
            "Gives calendars an address of one's sessions; no earlier one opens any more.",
        )
        .by(&[AuthScheme::Login])
        .may_take::<EmptyBody>()
        .answers::<CalendarFeed>(200, "The address, this once."),
        Operation::delete("/v1/me/calendar", "Takes that address away.")
            .by(&[AuthScheme::Login])
            .answers_nothing(204, "None opens anything."),
        Operation::get(
            "/v1/calendars/{file}",
            "A person's sessions for calendars: those of the last 90 days and the next two years.",
        )
        .header("If-None-Match", "What is known, as `ETag` gave it.")
        .answers_as(
            200,
            "text/calendar",
            "An iCalendar object (RFC 5545, RFC 5546).",
        )
        .answers_nothing(304, "Nothing is new.")
        .refuses(404, &[NotFound])
        .refuses(429, &[RateLimited]),
    ];
    finished(all, "Accounts")
}

fn proofs() -> Vec<Operation> {
    let all = vec![
        Operation::post(
            "/v1/email-verification",
            "Sends a mail that proves one's address.",
        )
        .by(&[AuthScheme::Login])
        .may_take::<EmptyBody>()
        .answers_nothing(202, "It is on its way.")
        .refuses(409, &[Conflict])
        .refuses(429, &[RateLimited]),
        Operation::post(
            "/v1/email-verification/confirm",
            "Confirms an address, for the login that asked for the mail.",
        )
        .by(&[AuthScheme::Login])
        .takes::<ConfirmEmail>()
        .answers::<User>(200, "The account; the address counts.")
        .refuses(409, &[EmailTaken])
        .refuses(422, &[BadToken, InvalidField, UnknownField]),
        Operation::post(
            "/v1/password-reset",
            "Sends a mail with which a password is reset, if there is such an account.",
        )
        .takes::<PasswordReset>()
        .answers_nothing(202, "In any case.")
        .refuses(403, &[OriginNotAllowed])
        .refuses(429, &[RateLimited]),
        Operation::post(
            "/v1/password-reset/confirm",
            "Sets the password, proves the address, and ends every login.",
        )
        .takes::<ConfirmReset>()
        .answers_nothing(204, "It is set.")
        .refuses(403, &[OriginNotAllowed])
        .refuses(422, &[BadToken, InvalidField, UnknownField, WeakPassword])
        .refuses(503, &[Unavailable]),
    ];
    finished(all, "Accounts")
}

fn others() -> Vec<Operation> {
    let all = vec![
        Operation::get(
            "/v1/users",
            "Finds people by their name, those who want to be found.",
        )
        .by(&[AuthScheme::Login])
        .query::<String>(
            "query",
            "How a word of the name begins; 2 characters or more.",
        )
        .answers::<Page<FoundPerson>>(200, "At most 20.")
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[RateLimited]),
    ];
    finished(all, "Accounts")
}
