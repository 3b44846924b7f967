"""`python -m service <command>`: the program behind the targets of the Makefile."""

import argparse
import asyncio
import logging
import sys

from scraper.config import Config, load_config
from scraper.exit_status import exit_status_of
from service.jobs.worker import run_worker


def worker(config: Config) -> int:
    """Do the jobs of the service until SIGINT or SIGTERM."""
    asyncio.run(run_worker(config))
    return 0


COMMANDS = {"worker": worker}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m service", description="The service of the practice warehouse.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, run in COMMANDS.items():
        commands.add_parser(name, help=run.__doc__)
    command = parser.parse_args(arguments).command
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    return exit_status_of(command, lambda: COMMANDS[command](load_config()))


if __name__ == "__main__":
    sys.exit(main())
