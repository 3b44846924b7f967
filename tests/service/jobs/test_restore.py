"""A dump of a service at work, restored on another server: its jobs go on there, and its tokens are valid."""

from datetime import timedelta
from pathlib import Path

import pytest

from scraper.database.embedded import EmbeddedServer
from service.jobs.queue import connect
from service.jobs.requests import DayRequest
from service.web import tokens
from tests.service.conftest import Service, Workplace, wait_for_children_to_end
from tests.service.jobs.test_days import expected_result
from tests.support.commands_runner import Commands
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, TRACK, Crawler, session_ids
from tests.support.restoring import apply_remedies, back_up, restore
from tests.support.waiting import wait_for

pytestmark = pytest.mark.reliability

STORED = "select from raw.practice_sessions where track_slug = '{}'"


def test_a_service_goes_on_on_another_server(service: Service, new_server: EmbeddedServer, tmp_path: Path) -> None:
    with service.crawler.database.connect(autocommit=True) as owner:
        token, revoked = tokens.make(owner, "importer"), tokens.make(owner, "former importer")
        tokens.revoke(owner, "former importer")
    ended = service.ask(DayRequest(TRACK, DAY))
    service.start_worker()
    service.wait_for_end(ended)
    last = max(session_ids(SEASON, OTHER_TRACK, DAY))
    held = service.hold(f"id={last}")
    interrupted = service.ask(DayRequest(OTHER_TRACK, DAY))
    others = len(SEASON.day(OTHER_TRACK, DAY).sessions) - 1
    wait_for(lambda: len(service.crawler.rows(STORED.format(OTHER_TRACK))) == others, service.workers[-1])
    service.wait_until_held(held)
    waiting = service.ask(DayRequest(TRACK, DAY - timedelta(days=1), list_only=True))
    back_up(service.crawler.database, new_server.programs.folder, tmp_path)
    assert [service.job(each).state for each in (ended, interrupted, waiting)] == ["succeeded", "running", "queued"]
    service.workers[-1].kill()
    held.is_released = True
    wait_for_children_to_end(service.crawler.database)
    asked_before = len(service.site.requests)

    restored = restore(new_server, service.crawler.database.parameters["dbname"], tmp_path)
    commands = Commands(restored, service.crawler.commands.artifacts)
    apply_remedies(commands)
    with connect(restored, "test") as connection:
        there = Service(Crawler(commands, service.site), connection, Workplace(service.site))
        assert [there.job(each).state for each in (ended, interrupted, waiting)] == ["succeeded", "running", "queued"]
        there.start_worker()
        assert there.wait_for_end(interrupted).result == expected_result(SEASON.day(OTHER_TRACK, DAY))
        assert there.wait_for_end(waiting).state == "succeeded"
        assert there.job(ended).result == expected_result(SEASON.day(TRACK, DAY))
        assert there.end_worker() == 0
        sessions = [path for path in there.crawler.asked(asked_before) if "view_session" in path]
        assert [path.rpartition("id=")[2] for path in sessions] == [last]
        assert [tokens.is_valid(connection, each) for each in (token, revoked)] == [True, False]
    assert "0 errors" in commands.succeed("verify")
