//! The routes of whoever has the link of a mail.

use service::describe::Operation;
use wire::ErrorCode::NotFound;

const TAG: &str = "Mails";

pub(super) fn operations() -> Vec<Operation> {
    let all = vec![
        Operation::get(
            "/v1/mail-unsubscriptions/{token}",
            "Asks whether a person wants no more mails about notifications; it changes nothing.",
        )
        .answers_as(200, "text/html", "A page with a button.")
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/mail-unsubscriptions/{token}",
            "Stops the mails about notifications to the person of a mail (RFC 8058).",
        )
        .answers_as(200, "text/html", "They are stopped.")
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/mail-unsubscriptions/{token}/undo",
            "Has the mails about notifications sent again that a person had stopped.",
        )
        .answers_as(200, "text/html", "They are sent again.")
        .refuses(404, &[NotFound]),
    ];
    super::finished(all, TAG)
}
