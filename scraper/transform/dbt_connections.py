"""The connections that dbt opens. Imported only when dbt runs: the adapter takes most of a second to import."""

import psycopg2
from dbt.adapters.contracts.connection import Connection, ConnectionState
from dbt.adapters.postgres.connections import PostgresConnectionManager
from dbt.adapters.postgres.impl import PostgresAdapter

from scraper.database.connection_settings import STATE_SETTINGS


class StatedConnections(PostgresConnectionManager):
    """dbt's connections, which state the settings that the code relies on, one for each thread of a run.

    dbt can be told a search_path and a role, and passes the former as an option of the first packet, which connection
    poolers refuse. It opens a connection for each model and test, which takes an eighth of a transform.
    """

    @classmethod
    def open(cls, connection: Connection) -> Connection:
        """Open a connection, and commit its settings and its role: a rolled back statement would undo both."""
        if connection.state == ConnectionState.OPEN:
            return connection
        opened: Connection = super().open(connection)  # type: ignore[no-untyped-call] # dbt leaves it untyped
        with opened.handle.cursor() as cursor:
            cursor.execute(STATE_SETTINGS)
        opened.handle.commit()
        return opened

    def release(self) -> None:
        """Keep the connection of this thread for its next model or test; dbt closes all after the run."""
        connection = self.get_if_exists()
        if connection is None or connection.state != ConnectionState.OPEN or connection.handle.closed:
            super().release()
            return
        try:
            connection.handle.rollback()
        except psycopg2.Error:  # the connection is lost
            super().release()
            return
        connection.transaction_open = False


def state_settings() -> None:
    """Let dbt open these connections from now on, in this process."""
    PostgresAdapter.ConnectionManager = StatedConnections
