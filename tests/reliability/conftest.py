"""A service for tests that kill it."""

from functools import partial
from pathlib import Path

import pytest

from tests.reliability.service_trial import StartService, new_trial


@pytest.fixture
def start_service(tmp_path: Path, postgres_programs: Path | None, dbt_artifacts: Path) -> StartService:
    """Starts a service for a season."""
    return partial(new_trial, tmp_path, postgres_programs, dbt_artifacts)
