"""What went wrong, whatever it was: a refusal of the scheduler, no answer from it, or a webhook that is not ours."""

from __future__ import annotations

from collections.abc import Sequence

from .openapi_generated import FieldError, Problem


class RendezvousError(Exception):
    """`code` is a word that stays the same, as `busy` or `invalid_field`; without an answer `timeout`, `connection_failed` or
    `bad_answer`. `status` is that of the answer, and `None` where there was none and for webhooks. `errors` has each field that is
    wrong, `problem` the whole problem document (RFC 9457), `retry_after_s` says when to try again.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int | None = None,
        errors: Sequence[FieldError] = (),
        problem: Problem | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.errors = list(errors)
        self.problem = problem
        self.retry_after_s = retry_after_s
