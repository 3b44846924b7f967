"""The worker: looks at the jobs whenever the queue says so, until it is asked to end."""

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from traceback import format_tb

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status

from scraper.config import Config
from scraper.database.connection import Database
from scraper.database.migrate import open_migrated
from scraper.errors import CannotWork
from service.jobs import queue
from service.jobs.children import Children
from service.jobs.problems import LOOK_AGAIN
from service.jobs.running_jobs import worker_lock
from service.jobs.schedule import Schedule, load_schedule
from service.jobs.work import Work

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timing:
    """Seconds: between two heartbeats, without one until a worker counts as dead, and between two looks."""

    heartbeat: float = 10.0
    dead_after: float = 30.0
    poll: float = 1.0
    reconnect: float = 1.0


async def run_worker(config: Config, timing: Timing = Timing()) -> None:
    """Work until SIGINT, SIGTERM or cancellation, which put running jobs back for the next worker.

    Waits for a database that is gone. Raises UsageError for a schedule that cannot be used, and what `open_migrated`
    raises if the database cannot be used at the start.
    """
    schedule = load_schedule()
    worker = _Worker(config, open_migrated(config), schedule, timing)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.stop)
    try:
        await worker.run()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


class _Worker:
    def __init__(self, config: Config, database: Database, schedule: Schedule, timing: Timing) -> None:
        self._database = database
        self._schedule = schedule
        self._timing = timing
        self._children = Children(config)
        self._stopping = asyncio.Event()
        self._when_lost: Callable[[], object] = self.stop

    def stop(self) -> None:
        """Begin no job, and put the running ones back."""
        self._stopping.set()

    async def run(self) -> None:
        """Work, and begin anew when the database was gone."""
        try:
            self._children.prepare()
            while not self._stopping.is_set():
                with suppress(ConnectorException, psycopg.OperationalError, CannotWork, OSError):
                    await self._run_once()
                if not self._stopping.is_set():
                    logger.warning("the connection to the database is lost; connecting again")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), self._timing.reconnect)
        finally:
            self.stop()
            await asyncio.to_thread(self._children.close)

    async def _run_once(self) -> None:
        lost = asyncio.Event()
        self._when_lost = partial(asyncio.get_running_loop().call_soon_threadsafe, lost.set)
        async with queue.opened(self._database) as app:
            app.task(name=queue.LOOK, pass_context=True)(self._look)
            self._schedule.register(app, self._database)
            await asyncio.to_thread(self._send_look)
            watching = asyncio.create_task(self._replace_messages_of_the_dead(app))
            running = asyncio.create_task(
                app.run_worker_async(
                    install_signal_handlers=False,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    fetch_job_polling_interval=self._timing.poll,
                    update_heartbeat_interval=self._timing.heartbeat,
                    stalled_worker_timeout=self._timing.dead_after,
                )
            )
            ends = [asyncio.create_task(event.wait()) for event in (self._stopping, lost)]
            tasks = [*ends, watching, running]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
            for problem in results:
                if isinstance(problem, Exception):
                    raise problem

    def _look(self, _: JobContext) -> None:
        """Do what is due. The queue connects again by itself, but has forgotten this message: then begin anew."""
        try:
            self._work_or_look_later()
        except (psycopg.Error, CannotWork):
            self._when_lost()

    def _work_or_look_later(self) -> None:
        """Do what is due; after an error of ours, look again a little later, for nobody else sends a message."""
        try:
            self._work()
        except (psycopg.Error, CannotWork):
            raise
        except Exception as error:
            # Without the text of the error, which may quote a request.
            logger.error(
                "the jobs cannot be done: %s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__))
            )
            self._look_later()

    def _work(self) -> None:
        """Do what is due, unless another worker does: then look again a little later."""
        is_stopping: Callable[[], bool] = self._stopping.is_set
        with worker_lock(self._database) as running:
            if running is None:
                self._look_later()
                return
            Work(running, self._children, is_stopping).do()
            running.look_when_due()

    def _send_look(self) -> None:
        with queue.connect(self._database, "worker") as connection:
            queue.send_look(connection)

    def _look_later(self) -> None:
        with queue.connect(self._database, "worker") as connection:
            (soon,) = connection.execute("select date_trunc('second', now()) + %s", [LOOK_AGAIN]).fetchone() or (None,)
            queue.send_look(connection, soon)

    async def _replace_messages_of_the_dead(self, app: App) -> None:
        """Send the messages again that a killed worker had received."""
        while True:
            stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._timing.dead_after)
            for message in stalled:
                with suppress(ConnectorException):  # another worker has replaced it
                    await app.job_manager.finish_job_by_id_async(message.id or 0, Status.ABORTED, delete_job=True)
                await asyncio.to_thread(self._send_look)
            await asyncio.sleep(self._timing.heartbeat)
