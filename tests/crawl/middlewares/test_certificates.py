"""A certificate that does not vouch for the site: not a byte is asked over it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.crawling import Crawler
from tests.support.foreign_host import UnverifiableHost

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)


def test_nothing_is_asked_over_a_certificate_that_nobody_vouches_for(
    crawler: Crawler, unverifiable_host: UnverifiableHost
) -> None:
    line = crawler.fail(LIVERC_BASE_URL=unverifiable_host.base_url)
    assert "robots.txt cannot be read" in line
    assert "certificate" in line
    assert unverifiable_host.asked == 0


@pytest.mark.parametrize(
    ("name", "begins", "is_fine"),
    [("localhost", None, True), ("localhost", LAST_WEEK, False), ("evil.example", None, False)],
    ids=["valid", "expired", "another host's"],
)
def test_a_certificate_that_is_vouched_for_must_be_the_host_s_and_of_today(
    crawler: Crawler, tmp_path: Path, name: str, begins: datetime | None, is_fine: bool
) -> None:
    host = UnverifiableHost(tmp_path, name, begins)
    try:
        line = crawler.fail(LIVERC_BASE_URL=host.base_url, SSL_CERT_FILE=str(host.certificate))
    finally:
        host.close()
    # Over the valid one it is asked, and has nothing to say.
    assert (host.asked > 0) is is_fine
    assert ("robots.txt cannot be read" in line) is not is_fine
