"""No property test fails because the machine is busy."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings


def test_no_property_test_has_a_time_limit(request: pytest.FixtureRequest) -> None:
    functions: list[Any] = [getattr(item, "function", None) for item in request.session.items]
    # Hypothesis has no public name for the settings of a test. An AttributeError says that it has another one now.
    chosen = [
        function._hypothesis_internal_use_settings
        for function in functions
        if getattr(function, "is_hypothesis_test", False)
    ]
    for each in [settings.default, *chosen]:
        assert each is not None
        assert each.deadline is None
        assert HealthCheck.too_slow in each.suppress_health_check
