"""LiveRC practice pages into a warehouse: the crawler, its database, and the commands behind `make`."""

__version__ = "0.1.0"
