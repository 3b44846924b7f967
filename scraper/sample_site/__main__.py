"""``python -m scraper.sample_site --port 8000``: the sample site by itself, until Ctrl-C."""

import argparse
import signal
import threading
from contextlib import suppress

from scraper.sample_site.season import Season
from scraper.sample_site.server import SampleSite


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m scraper.sample_site", description="Serve invented practice days.")
    parser.add_argument("--port", type=int, default=8000, help="port on loopback, 0 for any (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another season (default: %(default)s)")
    parser.add_argument("--tracks", type=int, default=3, help="number of tracks (default: %(default)s)")
    parser.add_argument(
        "--days", type=int, default=30, help="practice days, all tracks together (default: %(default)s)"
    )
    parser.add_argument("--sessions", type=int, default=15, help="sessions a day, on average (default: %(default)s)")
    given = parser.parse_args()
    try:
        season = Season.generate(given.seed, given.tracks, given.days, given.sessions)
        site = SampleSite(season, port=given.port)
    except (ValueError, OverflowError) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"cannot listen on port {given.port} ({error.strerror}): choose another with --port")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever whoever starts us does with it
    with site, suppress(KeyboardInterrupt):
        print(f"LIVERC_BASE_URL={site.base_url}", flush=True)
        print(f"tracks: {', '.join(track.slug for track in season.tracks)}; Ctrl-C ends", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
