"""A dump restored on another server is complete, once the remedies of `make doctor` are applied."""

from pathlib import Path

import pytest

from scraper.database.embedded import EmbeddedServer
from tests.support.commands_runner import Commands
from tests.support.final_schema import differences, final_rows
from tests.support.restoring import apply_remedies, back_up, restore

pytestmark = pytest.mark.reliability


def test_a_dump_is_complete_on_another_server(
    derived_season: Commands, new_server: EmbeddedServer, tmp_path: Path
) -> None:
    old = derived_season.database
    back_up(old, new_server.programs.folder, tmp_path)
    for name, options, number_of_problems in (("same_owner", "", 1), ("other_owner", "--no-owner", 2)):
        restored = restore(new_server, name, tmp_path, options)
        there = Commands(restored, derived_season.artifacts)
        assert apply_remedies(there) == number_of_problems
    assert "0 errors" in there.succeed("verify")
    assert differences(final_rows(restored, without=set()), final_rows(old, without=set())) == []
