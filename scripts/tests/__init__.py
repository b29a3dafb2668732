"""Tests of the suites themselves: a check that finds nothing must be shown to find what it is for."""
