//! The start of a session as a booking or a change says it: by an instant, or by the clock of a time zone.

use wire::{LocalDateTime, UnixMs};

use crate::field_checks::FieldErrors;
use crate::local_time::check_local;

/// A start that was said.
pub(crate) struct SaidStart {
    field: &'static str,
    pub(crate) starts_at: UnixMs,
    /// What it was resolved from, where it was said by a clock.
    pub(crate) local: Option<LocalDateTime>,
}

impl SaidStart {
    /// The start that was said; `None` where none was, or one that is wrong.
    pub(crate) fn read(
        errors: &mut FieldErrors,
        instant: Option<UnixMs>,
        local: Option<LocalDateTime>,
    ) -> Option<Self> {
        match (instant, local) {
            (None, None) => None,
            (Some(starts_at), None) => Some(Self {
                field: "starts_at",
                starts_at,
                local: None,
            }),
            (None, Some(local)) => {
                let (starts_at, local) = check_local(errors, local)?;
                Some(Self {
                    field: "starts_at_local",
                    starts_at,
                    local: Some(local),
                })
            }
            (Some(_), Some(_)) => {
                errors.add(
                    "starts_at_local",
                    "conflicting",
                    "Say `starts_at` or `starts_at_local`, not both.",
                );
                None
            }
        }
    }

    /// What is agreed by it, within the bounds of a start that is chosen now.
    pub(crate) fn agreed(
        self,
        errors: &mut FieldErrors,
        now: UnixMs,
    ) -> (UnixMs, Option<LocalDateTime>) {
        (errors.start(self.field, now, self.starts_at), self.local)
    }
}
