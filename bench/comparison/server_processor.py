"""Processor seconds of a PostgreSQL server. On Linux only, where processes that have ended count too."""

from contextlib import suppress

import psutil

from scraper.database.embedded import EmbeddedServer


def server_processor_seconds(server: EmbeddedServer) -> float:
    """Return the processor seconds of the server's processes since its start, ended ones included."""
    postmaster = psutil.Process(int((server.cluster / "postmaster.pid").read_text().split()[0]))
    seconds = 0.0
    for process in (postmaster, *postmaster.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds
