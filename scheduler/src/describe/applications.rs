//! The operations by which an application says what it is.

use service::describe::{AuthScheme, Operation};
use wire::{ApplicationView, ChangeApplication};

use super::finished;

pub(super) fn operations() -> Vec<Operation> {
    let all = vec![
        Operation::get("/v1/application", "What the application says of itself.")
            .by(&[AuthScheme::Application])
            .answers::<ApplicationView>(200, "The application."),
        Operation::patch(
            "/v1/application",
            "Changes what the body names; its pages may ask at once.",
        )
        .by(&[AuthScheme::Application])
        .takes::<ChangeApplication>()
        .answers::<ApplicationView>(200, "The application as it is now."),
    ];
    finished(all, "Applications")
}
