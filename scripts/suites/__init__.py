"""The suites that `make test` runs, and what they have in common. Python's standard library only."""
