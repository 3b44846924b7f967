"""Days that are asked for: one at a time, twice, and several at once."""

from datetime import date

from scraper.sample_site.practice import Day
from service.jobs.requests import DayRequest
from tests.expected.natural_keys import event_id, source_driver_id
from tests.service.conftest import Service
from tests.support.crawling import DAY, OTHER_TRACK, SEASON, TRACK


def expected_result(day: Day) -> dict[str, object]:
    """What the service answers about a day that is crawled completely."""
    laps = [len(session.lap_times_ms) for session in day.sessions]
    return {
        "event_id": str(event_id(day)),
        "status": "completed",
        "ingest_depth": "laps_full",
        "sessions_ingested": len(day.sessions),
        "sessions_failed": 0,
        "sessions_with_laps": sum(count > 0 for count in laps),
        "sessions_detail_failed": 0,
        "laps_ingested": sum(laps),
        "drivers_created_or_matched": len(set(map(source_driver_id, day.sessions))),
    }


def test_a_day_is_crawled_and_derived(service: Service) -> None:
    asked = service.ask(DayRequest(TRACK, DAY))
    assert asked.state == "queued"
    service.start_worker()
    ended = service.wait_for_end(asked)
    day = SEASON.day(TRACK, DAY)
    assert ended.problem is None
    assert ended.result == expected_result(day)
    assert ended.state == "succeeded"
    pages = 1 + len(day.sessions)
    progress = {name: number for name, number in ended.progress.items() if name.startswith("pages")}
    assert progress == {"pages_planned": pages, "pages_done": pages, "pages_failed": 0}
    assert ended.progress["step"] == "transform"
    assert ended.progress["models_done"] > 0
    assert service.crawler.rows("select outcome from raw.crawls") == [("finished",)]


def test_asked_twice_a_day_is_one_job_whatever_the_case_of_the_track(service: Service) -> None:
    first, again = service.ask(DayRequest(TRACK, DAY)), service.ask(DayRequest(TRACK.upper(), DAY))
    assert again.id == first.id
    assert service.ask(DayRequest(TRACK, DAY, list_only=True)).id != first.id
    service.start_worker()
    service.wait_for_end(first)
    later = service.ask(DayRequest(TRACK, DAY))
    assert later.id != first.id
    assert service.wait_for_end(later).result == expected_result(SEASON.day(TRACK, DAY))


def test_days_that_wait_are_one_crawl_and_one_transform(service: Service) -> None:
    other_day: date = next(day for day in SEASON.dates(OTHER_TRACK) if day != DAY)
    asked = [
        service.ask(DayRequest(track, day))
        for track, day in ((TRACK, DAY), (OTHER_TRACK, DAY), (OTHER_TRACK, other_day))
    ]
    service.start_worker()
    ended = [service.wait_for_end(job) for job in asked]
    days = [SEASON.day(TRACK, DAY), SEASON.day(OTHER_TRACK, DAY), SEASON.day(OTHER_TRACK, other_day)]
    assert [job.result for job in ended] == [expected_result(day) for day in days]
    # The log has the days, not a range: nobody has read the days between them.
    ((arguments,),) = service.crawler.rows("select arguments from raw.crawls")
    assert "from" not in arguments
    assert sorted(arguments["days"]) == sorted([day.track.slug, f"{day.date}"] for day in days)
    transforms = "select count(*) from intermediate.transforms where started_at > %s"
    assert service.crawler.rows(transforms, asked[0].created_at) == [(1,)]


def test_a_list_alone_is_complete_when_that_was_asked_for(service: Service) -> None:
    asked = service.ask(DayRequest(TRACK, DAY, list_only=True))
    service.start_worker()
    ended = service.wait_for_end(asked)
    assert ended.result is not None
    assert (ended.result["status"], ended.result["ingest_depth"]) == ("completed", "list_only")
    assert ended.result["sessions_ingested"] == len(SEASON.day(TRACK, DAY).sessions)
    assert len(service.crawler.asked()) == 1
