//! The operations of accounts, where there are any.

use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{
    BadLogin, BadToken, Conflict, EmailTaken, InvalidField, NotFound, OriginNotAllowed,
    RateLimited, Unavailable, UnknownField, WeakPassword,
};
use wire::{
    ChangeMe, ChangePassword, ConfirmEmail, ConfirmReset, EmptyBody, EraseMe, FoundPerson, Login,
    LoginView, Page, PasswordReset, PersonExport, Signup, User,
};

use super::finished;

const COOKIE: &str = "The account; `Set-Cookie` logs the browser in.";

pub(super) fn operations() -> Vec<Operation> {
    [entering(), own(), proofs(), others()].concat()
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
        Operation::delete(
            "/v1/me",
            "Erases the account, in all services; what others got stays, without a name.",
        )
        .by(&[AuthScheme::Login])
        .takes::<EraseMe>()
        .answers_nothing(
            204,
            "It is erased; its address may sign up as somebody new.",
        )
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[RateLimited])
        .refuses(503, &[Unavailable]),
        Operation::get(
            "/v1/me/export",
            "Everything that is stored of a person here, as a file; chat's part is chat's.",
        )
        .by(&[AuthScheme::Login])
        .answers::<PersonExport>(200, "The newest 10,000 of each kind.")
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
