"""What one suite came to, and when that is red."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Counts of one suite; `notes` say what the counts alone don't."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def fail(self, note: str) -> None:
        """Counts a failure that no test reported: a build that broke, a report that is missing."""
        self.failed += 1
        self.notes.append(note)

    def settle(self) -> "Outcome":
        """Turns a suite that executed nothing into a failed one: silence is not success."""
        if self.passed + self.failed == 0:
            self.fail("executed no test")
        return self

    def is_red(self, ci: bool) -> bool:
        """Whether it stops the build. Under CI nothing may be skipped."""
        return self.failed > 0 or (ci and self.skipped > 0)

    def line(self) -> str:
        return f"{self.name}: {counts(self.passed, self.failed, self.skipped)}"


def counts(passed: int, failed: int, skipped: int) -> str:
    return f"{passed} passed, {failed} failed, {skipped} skipped"
