"""The invented tracks. A slug may be mixed case and hold a hyphen, as on the real site."""

from scraper.sample_site.practice import Track

NAMED_TRACKS = (
    Track("wattlegrove", "Wattle Grove Off Road R/C", lap_ms=31_500, valid_range_ms=(20_000, 70_000)),
    Track("Iron-Range", "Iron Range Radio Car Club", lap_ms=27_200, valid_range_ms=(12_500, 59_900)),
    Track("saltbushflat", "Saltbush Flat Raceway & Hobby Park", lap_ms=34_800, valid_range_ms=(15_000, 60_000)),
)


def sample_tracks(count: int) -> tuple[Track, ...]:
    """The first ``count`` tracks; beyond the named ones they are numbered and all alike."""
    numbered = (
        Track(f"track{number}", f"Sample Raceway {number}", lap_ms=30_000, valid_range_ms=(18_000, 65_000))
        for number in range(len(NAMED_TRACKS) + 1, count + 1)
    )
    return (*NAMED_TRACKS[:count], *numbered)
