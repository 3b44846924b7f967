"""Imports: the form, the list of jobs, and the page of a job, without JavaScript."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from scraper.errors import Code
from service.jobs import problems
from service.jobs.problems import Problem
from service.jobs.requests import DayRequest, JobRequest, Kind, MonthRequest, PlainRequest, RangeRequest
from service.web.pages import job_words
from tests.service.conftest import Service
from tests.service.web.conftest import API, app_of, exact
from tests.service.web.pages.conftest import page_of, texts
from tests.service.web.pages.forms import browsing, send, sent
from tests.support.crawling import DAY, SEASON, TRACK
from tests.support.waiting import wait_for

EVERY_KIND: tuple[tuple[JobRequest, str], ...] = (
    (DayRequest("hill", DAY, list_only=True), "Import of a day: hill, Sunday, 19 October 2025, lists only"),
    (MonthRequest("hill", date(2025, 10, 1)), "Look at a month: hill, October 2025"),
    (
        RangeRequest(("hill", "dale"), date(2025, 1, 1), DAY, refresh=True),
        "Import of a range: hill, dale, 1 January 2025 to 19 October 2025, every page again",
    ),
    (PlainRequest(Kind.CRAWL), "Scheduled crawl"),
    (PlainRequest(Kind.TRANSFORM, full=True), "Transform: of everything"),
    (PlainRequest(Kind.VERIFY), "Verification"),
    (PlainRequest(Kind.EXPORT), "Export"),
)


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    """A browser of a service whose database has no rows, and whose worker is not started."""
    with browsing(app_of(service.crawler.database)) as client:
        yield client


def test_a_day_is_asked_for_and_done(service: Service, client: httpx.Client) -> None:
    form = page_of(client.get("/imports", params={"track": TRACK, "day": f"{DAY}"}))
    answer = send(client, form, "/imports")
    page = page_of(answer)
    path = urlsplit(f"{answer.url}").path
    assert texts(page, ".job b") == ["Waits for its turn"]
    assert page.css("[data-job]::attr(data-job)").get() == path.removeprefix("/imports/")
    for track in (TRACK, f"{TRACK}.liverc.com", f"https://{TRACK}.liverc.com/practice/"):
        assert sent(client, form, "/imports", track=track).css("[data-job]").get() == page.css("[data-job]").get()
    service.start_worker()
    wait_for(lambda: not page_of(client.get(path)).css("[data-job]"), service.workers[-1])
    done = page_of(client.get(path))
    assert texts(done, ".job b") == ["Complete"]
    day = SEASON.day(TRACK, DAY)
    figures = dict(zip(texts(done, ".totals dt"), texts(done, ".totals dd"), strict=True))
    assert figures["Sessions"] == f"{len(day.sessions):,}"
    assert done.css(f'a[href="/tracks/{TRACK}/{DAY}"]')


def test_what_cannot_be_asked_for_is_said_and_kept(client: httpx.Client) -> None:
    cases: list[tuple[dict[str, str], str | None]] = [
        ({"track": "../x"}, "track"),
        ({"track": " "}, "track"),
        ({"day": "25.10.2025"}, "day"),
        ({"day": ""}, "day"),
        ({"last_day": "tomorrow"}, "last_day"),
        ({"day": f"{(datetime.now(UTC) + timedelta(days=3)).date()}"}, None),
        ({"last_day": f"{DAY - timedelta(days=1)}"}, None),
    ]
    for typed, wrong in cases:
        given = {"track": TRACK, "day": f"{DAY}", "last_day": "", "refresh": "yes"} | typed
        answer = send(client, page_of(client.get("/imports")), "/imports", **given)
        page = page_of(answer, 422 if wrong else 404)
        assert page.css("[role=alert]"), typed
        assert page.css("[aria-invalid]::attr(id)").getall() == ([wrong] if wrong else []), typed
        for field in page.css("[aria-invalid]"):
            assert texts(page, f"#{field.attrib['aria-describedby']}"), typed
        for name in ("track", "day", "last_day"):
            assert page.css(f"#{name}::attr(value)").get() == given[name].strip(), typed
        assert page.css("input[checked]::attr(name)").getall() == ["refresh"], typed
    assert exact(client.get(f"{API}/jobs"))["jobs"] == []


def test_a_range_is_paused_resumed_cancelled_and_asked_for_again(client: httpx.Client) -> None:
    form = page_of(client.get("/imports"))
    page = sent(client, form, "/imports", track=TRACK, day="2025-01-01", last_day=f"{DAY}")
    path = f"/imports/{page.css('[data-job]::attr(data-job)').get()}"
    for action, state in (("pause", "Paused"), ("resume", "Waits for its turn"), ("cancel", "Cancelled")):
        page = sent(client, page, f"{path}/{action}")
        assert texts(page, ".job b") == [state]
    assert not page.css("[data-job]")
    again = sent(client, page, f"{path}/again")
    assert texts(again, ".job b") == ["Waits for its turn"]
    assert texts(again, ".date") == texts(page, ".date") != []
    form = page_of(client.get(page.xpath("//a[. = 'Ask for another track or day']/@href").get("")))
    given = [form.css(f"#{name}::attr(value)").get() for name in ("track", "day", "last_day")]
    assert given == [TRACK, "2025-01-01", f"{DAY}"]
    (first, second) = exact(client.get(f"{API}/jobs"))["jobs"]
    assert first["arguments"] == second["arguments"]
    assert page_of(client.post(f"{path}/pause"), 409)


def test_a_job_that_fails_says_why_and_what_to_do(service: Service, client: httpx.Client) -> None:
    job = service.ask(DayRequest(TRACK, DAY))
    unreachable = Problem(Code.SITE_UNREACHABLE)
    service.crawler.change(
        "update jobs.jobs set problem = %s::jsonb",
        json.dumps(unreachable.as_json(datetime(2025, 10, 25, 14, 30, tzinfo=UTC))),
    )
    page = page_of(client.get(f"/imports/{job.id}"))
    assert texts(page, ".job b") == ["Waits"]
    assert "It is tried again at 25 October 2025, 14:30 UTC." in texts(page, ".early")[0]
    for code in (*Code, problems.INTERNAL_ERROR):
        failed = Problem(code)
        service.crawler.change(
            "update jobs.jobs set state = 'failed', ended_at = now(), problem = %s::jsonb",
            json.dumps(failed.as_json(None)),
        )
        page = page_of(client.get(f"/imports/{job.id}"))
        assert texts(page, ".job b") == ["Failed"]
        assert texts(page, ".early") == [f"{failed.detail} {code}"]
        assert page.css(f'form[action="/imports/{job.id}/again"]')
        assert failed.detail in texts(page_of(client.get("/imports")), ".jobs")[0]


def test_the_progress_of_a_job_is_a_part_of_its_page(service: Service, client: httpx.Client) -> None:
    job = service.ask(DayRequest(TRACK, DAY))
    progress = {"pages_planned": 12, "pages_done": 5, "pages_failed": 1, "step": "crawl"}
    service.crawler.change("update jobs.jobs set state = 'running', progress = %s::jsonb", json.dumps(progress))
    part = page_of(client.get(f"/imports/{job.id}/now"))
    whole = page_of(client.get(f"/imports/{job.id}"))
    for page in (part, whole):
        assert texts(page, "label") == ["5 of 12 pages, 1 failed"]
        assert (page.css("progress::attr(value)").get(), page.css("progress::attr(max)").get()) == ("5", "12")
    assert not part.css("main")
    service.crawler.change(
        "update jobs.jobs set progress = progress || %s::jsonb", json.dumps({"step": "transform", "models_done": 3})
    )
    assert "3 tables and checks done" in texts(page_of(client.get(f"/imports/{job.id}/now")), "p")


def test_a_range_says_which_month_is_being_done(service: Service, client: httpx.Client) -> None:
    job = service.ask(RangeRequest((TRACK,), date(2025, 1, 1), date(2025, 10, 25)))
    service.crawler.change("update jobs.jobs set state = 'running', progress = '{\"step\": \"crawl\"}'")
    assert "October 2025: " in client.get(f"/imports/{job.id}/now").text
    service.crawler.change('update jobs.jobs set progress = progress || \'{"remaining_to": "2025-08-31"}\'')
    assert "August 2025: " in client.get(f"/imports/{job.id}/now").text


def test_every_kind_is_listed_in_words_the_newest_first(service: Service, client: httpx.Client) -> None:
    assert {request.kind for request, _ in EVERY_KIND} == {*Kind} == {*job_words.KINDS}
    assert texts(page_of(client.get("/imports")), ".jobs") == ["Nothing was asked for yet."]
    jobs = [service.ask(request) for request, _ in EVERY_KIND]
    page = page_of(client.get("/imports"))
    assert texts(page, ".jobs a") == [words for _, words in reversed(EVERY_KIND)]
    for job in jobs:
        assert texts(page_of(client.get(f"/imports/{job.id}")), "h1") == [job_words.KINDS[job.kind]]


def test_a_long_list_goes_on(service: Service, client: httpx.Client) -> None:
    jobs = [service.ask(DayRequest("hill", DAY - timedelta(days=number))) for number in range(45)]
    seen: list[str] = []
    path: str | None = "/imports"
    while path:
        page = page_of(client.get(path))
        seen += page.css(".jobs a::attr(href)").getall()
        path = page.xpath("//p/a[. = 'Earlier jobs']/@href").get()
    assert seen == [f"/imports/{job.id}" for job in reversed(jobs)]


def test_other_jobs_are_asked_for(client: httpx.Client) -> None:
    form = page_of(client.get("/imports"))
    assert form.css("#what option::attr(value)").getall() == [*job_words.PLAIN_KINDS]
    for value, (kind, is_full, _) in job_words.PLAIN_KINDS.items():
        sent(client, form, "/imports/other", what=value)
        newest = exact(client.get(f"{API}/jobs"))["jobs"][0]
        assert (newest["kind"], newest["arguments"]) == (kind, {"full": is_full})
    assert page_of(send(client, form, "/imports/other", what="everything"), 422)


def test_where_crawling_is_disabled_the_form_says_so(service: Service) -> None:
    app = app_of(service.crawler.database)
    app.state.config = app.state.config.model_copy(update={"crawl_disabled": True})
    with browsing(app) as client:
        answer = send(client, page_of(client.get("/imports")), "/imports", track=TRACK, day=f"{DAY}")
        assert texts(page_of(answer, 503), "[role=alert]") == [Problem(Code.CRAWL_DISABLED).detail]


def test_what_was_typed_is_text(client: httpx.Client) -> None:
    hostile = '"><script>alert(1)</script>'
    page = page_of(client.get("/imports", params={"track": hostile}))
    assert page.css("#track::attr(value)").get() == hostile
    assert page.css("script:not([src])").get() is None


def test_an_unknown_job_is_a_page_that_says_so(client: httpx.Client) -> None:
    path = "/imports/00000000-0000-0000-0000-000000000000"
    for answer in (
        client.get(path),
        client.get(f"{path}/now"),
        client.post(f"{path}/cancel"),
        client.post(f"{path}/again"),
    ):
        assert texts(page_of(answer, 404), "main p")[0] == "No job has this id."
