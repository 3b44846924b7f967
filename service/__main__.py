"""`python -m service <command>`: the web server, the worker, and the tokens."""

import argparse
import asyncio
import sys

from scraper.config import load_config
from scraper.console import plain_console, plain_table
from scraper.database.migrate import open_migrated
from scraper.exit_status import exit_status_of


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = _parser().parse_args(arguments)
    return exit_status_of(given.command, lambda: _run(given))


def _run(given: argparse.Namespace) -> int:
    if given.command == "tokens":
        return _tokens(given)
    from service.logs import configure_logs  # noqa: PLC0415 - a list of tokens needs no server

    configure_logs()
    config = load_config()
    if given.command == "worker":
        from service.jobs.worker import run_worker  # noqa: PLC0415

        asyncio.run(run_worker(config))
        return 0
    from service.web.serve import serve  # noqa: PLC0415
    from service.web.settings import load_settings  # noqa: PLC0415

    asyncio.run(serve(config, load_settings(), with_worker=given.command == "serve"))
    return 0


def _tokens(given: argparse.Namespace) -> int:
    """Make, list or revoke tokens, with the rights of the database's user: the service itself may not."""
    from service.web import tokens  # noqa: PLC0415

    database = open_migrated(load_config())
    with database.connect(application_name="tokens", autocommit=True) as connection:
        if given.action == "make":
            token = tokens.make(connection, given.name)
            print("Send it as Authorization: Bearer …; it cannot be shown again.", file=sys.stderr)
            print(token)
        elif given.action == "revoke":
            tokens.revoke(connection, given.name)
        else:
            table = plain_table("name", "made", "revoked")
            for each in tokens.all_tokens(connection):
                revoked = f"{each.revoked_at:%Y-%m-%d %H:%M}" if each.revoked_at else ""
                table.add_row(each.name, f"{each.created_at:%Y-%m-%d %H:%M}", revoked)
            plain_console().print(table)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service", description="Serve practice days over HTTP.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("serve", help="run the web server and a worker until SIGTERM")
    commands.add_parser("web", help="run the web server alone")
    commands.add_parser("worker", help="run a worker alone")
    actions = commands.add_parser("tokens", help="make, list and revoke tokens").add_subparsers(
        dest="action", required=True, metavar="action"
    )
    actions.add_parser("make", help="make a token and print it").add_argument("name", help="whose token it is")
    actions.add_parser("list", help="list all tokens by name")
    actions.add_parser("revoke", help="let a token be valid no more").add_argument("name", help="its name")
    return parser


if __name__ == "__main__":
    sys.exit(main())
