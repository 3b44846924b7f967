"""What the tests of exports share."""

from tests.dbt_project.conftest import shared_database

__all__ = ["shared_database"]
