"""TLS certificates: nothing is requested from a site whose certificate is not valid for it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.crawling import Crawler
from tests.support.foreign_host import UnverifiableHost

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)


def test_nothing_is_requested_over_a_certificate_without_a_trusted_issuer(
    crawler: Crawler, unverifiable_host: UnverifiableHost
) -> None:
    line = crawler.fail(LIVERC_BASE_URL=unverifiable_host.base_url)
    assert "robots.txt cannot be read" in line
    assert "certificate" in line
    assert unverifiable_host.asked == 0


@pytest.mark.parametrize(
    ("name", "begins", "is_valid"),
    [("localhost", None, True), ("localhost", LAST_WEEK, False), ("evil.example", None, False)],
    ids=["valid", "expired", "another host's"],
)
def test_a_trusted_certificate_must_be_for_the_host_and_of_today(
    crawler: Crawler, tmp_path: Path, name: str, begins: datetime | None, is_valid: bool
) -> None:
    host = UnverifiableHost(tmp_path, name, begins)
    try:
        line = crawler.fail(LIVERC_BASE_URL=host.base_url, SSL_CERT_FILE=str(host.certificate))
    finally:
        host.close()
    # The host with the valid certificate gets requests, and responds with 404.
    assert (host.asked > 0) is is_valid
    assert ("robots.txt cannot be read" in line) is not is_valid
