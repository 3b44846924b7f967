"""`python -m scraper <command>`: the program behind the targets of the Makefile."""

import argparse
import sys
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from scraper.config import fields, load_config, option_of
from scraper.exit_status import exit_status_of
from scraper.quiet import news, quiet


@dataclass(frozen=True)
class Command:
    """What a command does, and the settings that it takes as options."""

    purpose: str
    settings: tuple[str, ...] = ()


_RANGE = ("TRACK", "DATE", "FROM", "TO")
_CRAWL = ("LIST_ONLY", "REFRESH", "TRACKS", "DAYS", "LIVERC_BASE_URL")
_LOAD = ("CRAWL_CONCURRENCY", "CRAWL_DELAY", "CRAWL_CONTACT")

_PRECEDENCE = (
    "Each option is also a setting of the environment and of .env: --list-only is LIST_ONLY=1. An option replaces a "
    "setting of the environment, which replaces one of .env."
)

# Each is a module of scraper/commands, with an underscore for the hyphen. It is imported when the command is run.
COMMANDS = {
    "crawl": Command("fetch practice days into the raw tables", (*_RANGE, *_CRAWL, *_LOAD, "QUIET")),
    "reparse": Command("read the stored bodies of failed pages again, without any request", ("QUIET",)),
    "transform": Command("derive the final schema from the raw tables, and test it", ("FULL", "QUIET")),
    "demo": Command("crawl and transform the bundled sample site, and print what it holds"),
    "status": Command(
        "print the last crawl and transform, and what is missing of each day", ("TRACKS", "DAYS", "QUIET")
    ),
    "verify": Command("derive everything again, compare it with the final schema, and test all rows", ("QUIET",)),
    "doctor": Command(
        "check settings, server, rights, migrations, locks, disk and clock, and print remedies", ("QUIET",)
    ),
    "export": Command(
        "write changed tables of the final schema to Parquet, or laps, sessions and leaderboards to CSV",
        (*_RANGE, "FULL", "EXPORT_FOLDER", "FORMAT", "PERSON", "QUIET"),
    ),
    "columns": Command("list the models of racing and analytics, or the columns of some", ("MODEL",)),
    "report": Command("write one practice day as a self-contained HTML file", ("TRACK", "DATE", "OUT")),
    "migrate": Command("migrate the database to the newest schema"),
    "docs": Command("build the dbt documentation and the schema diagram"),
    "dbt": Command("run dbt on the database of this project", ("ARGS",)),
    "lint-sql": Command("parse the dbt project with warnings as errors, and lint its SQL"),
    "db-shell": Command("run psql on the database of this project, interactively or with SQL from standard input"),
    "db-stop": Command("stop the embedded PostgreSQL server"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = vars(_parser().parse_args(arguments))
    command = options.pop("command")
    return exit_status_of(command, lambda: _run(command, options))


def _run(command: str, options: dict[str, object]) -> int:
    config = load_config(options)
    if not (config.quiet and "QUIET" in COMMANDS[command].settings):
        return int(command_module(command).run(config))
    with quiet():
        status = int(command_module(command).run(config))
        if status:
            news()
    return status


def command_module(name: str) -> ModuleType:
    """Import the module of a command; its `run` takes the settings and returns the exit status."""
    return import_module(f"scraper.commands.{name.replace('-', '_')}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scraper", description="Crawl LiveRC practice days into PostgreSQL."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    known = fields()
    for name, command in COMMANDS.items():
        options = commands.add_parser(
            name,
            help=command.purpose,
            description=command.purpose,
            epilog=_PRECEDENCE if command.settings else None,
            argument_default=argparse.SUPPRESS,
            allow_abbrev=False,
        )
        for setting in command.settings:
            field = known[setting]
            if field.annotation is bool:
                options.add_argument(
                    option_of(setting), dest=setting, action=argparse.BooleanOptionalAction, help=field.description
                )
            else:
                default = f" (default {field.default})" if field.default else ""
                options.add_argument(
                    option_of(setting), dest=setting, metavar=setting, help=f"{field.description}{default}"
                )
    return parser


if __name__ == "__main__":
    sys.exit(main())
