"""Serve the sample site until Ctrl-C: ``python -m scraper.sample_site --port 8000``."""

import argparse
import signal
import threading
from contextlib import suppress
from datetime import date

from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m scraper.sample_site", description="Serve invented practice days.")
    parser.add_argument("--port", type=int, default=8000, help="loopback port, 0 for any (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives another season (default: %(default)s)")
    parser.add_argument("--tracks", type=int, default=3, help="number of tracks (default: %(default)s)")
    parser.add_argument("--days", type=int, default=30, help="practice days of all tracks (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=15, help="average sessions per day (default: %(default)s)")
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        help="the evening on which the site is seen, such as 2025-10-18, when a day is not uploaded yet and a list is"
        " short of its month page (default: the season's last day)",
    )
    options = parser.parse_args()
    try:
        season = Season.generate(options.seed, options.tracks, options.days, options.sessions)
        season = season.as_of(options.today or season.today)
        site = SampleSite(season, port=options.port)
    except (ValueError, OverflowError) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"cannot listen on port {options.port} ({error.strerror}): choose another with --port")
    # A shell starts background jobs with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with site, suppress(KeyboardInterrupt):
        print(f"LIVERC_BASE_URL={site.base_url}", flush=True)
        print(f"tracks: {', '.join(track.slug for track in season.tracks)}; stop with Ctrl-C", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
