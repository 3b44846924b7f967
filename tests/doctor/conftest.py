"""Fixtures of these tests."""

from tests.support.command_output import doctor_output, on_database, outcome_of, status_output

__all__ = ["doctor_output", "on_database", "outcome_of", "status_output"]
