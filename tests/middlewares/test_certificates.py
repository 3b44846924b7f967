"""A certificate that nobody vouches for: not a byte is asked over it."""

from tests.crawling import Crawler
from tests.foreign_host import UnverifiableHost


def test_nothing_is_asked_over_a_certificate_that_cannot_be_verified(
    crawler: Crawler, unverifiable_host: UnverifiableHost
) -> None:
    line = crawler.fail(LIVERC_BASE_URL=unverifiable_host.base_url)
    assert "robots.txt cannot be read" in line
    assert "certificate" in line
    assert unverifiable_host.asked == 0
