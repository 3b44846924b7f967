"""`python -m scraper <command>`: what the targets of the Makefile call. Arguments are settings of the environment."""

import argparse
import signal
import sys
from importlib import import_module
from types import ModuleType

import psycopg

from scraper.config import load_config
from scraper.database.diagnosis import explain_error
from scraper.errors import INTERRUPTED, PracticeError

# Each is a module of scraper/commands, with a hyphen for the underscore, imported only when asked for.
COMMANDS = {
    "crawl": "fetch practice days into the raw tables",
    "reparse": "read the kept bodies of failed pages again, without asking the site",
    "transform": "derive the final schema from the raw tables, and test it",
    "demo": "crawl and transform the bundled sample site, and say what is in it",
    "status": "say what was crawled and transformed last, and what is missing of each day",
    "verify": "compare everything derived with everything raw, and test all rows",
    "doctor": "look at what the work depends on, and say what to do about it",
    "export": "write the final schema and analytics to Parquet files, as far as they have changed",
    "report": "write one practice day as a self-contained HTML file",
    "migrate": "bring the database's schema up to date",
    "docs": "build the dbt documentation",
    "dbt": "dbt itself on the database of this project, with the arguments of ARGS",
    "lint-sql": "lint the dbt project: its parser with warnings as errors, and sqlfluff",
    "db-shell": "psql on the database of this project; reads SQL from standard input, too",
    "db-stop": "stop the embedded PostgreSQL server",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is the contract's."""
    parser = argparse.ArgumentParser(prog="python -m scraper", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, purpose in COMMANDS.items():
        commands.add_parser(name, help=purpose, description=purpose)
    command = parser.parse_args(arguments).command
    # Whoever starts us may have told us to ignore Ctrl-C, as `nohup make crawl &` in a script does; but what cannot be
    # interrupted gently can only be killed. And what cron and systemd send is to end as gently.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return int(command_module(command).run(load_config()))
    except PracticeError as problem:
        print(f"{command}: {problem}", file=sys.stderr)
        return problem.exit_status
    except psycopg.Error as problem:
        print(f"{command}: {explain_error(problem)}", file=sys.stderr)
        return PracticeError.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED


def command_module(name: str) -> ModuleType:
    """The module that does a command; its `run` takes the settings and returns the exit status."""
    return import_module(f"scraper.commands.{name.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main())
