"""The tables that migrations own, as SQLAlchemy metadata: schemas ``raw`` and ``racing``, those of the transform, the
remembered people, and the jobs of the service, whose queue has its own tables.

Migrations create them; ``alembic check`` (part of ``make test``) compares the two.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMING_CONVENTION = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)


def _instant(name: str, *, nullable: bool = False, default: bool = False) -> Column[datetime]:
    """A point in time; its default is the database's clock."""
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if default else None)


def _page_table(name: str, key: str, key_type: type, *more: Column[Any]) -> Table:
    """One row per content version of a page: its payload, and when it was first and last fetched."""
    return Table(
        name,
        metadata,
        Column("load_id", BigInteger, Identity(always=False), primary_key=True),
        Column("track_slug", Text, nullable=False),
        Column(key, key_type, nullable=False),
        *more,
        Column("payload", JSONB, nullable=False),
        Column("content_hash", Text, nullable=False),
        Column("url", Text, nullable=False),
        Column("parser_version", Integer, nullable=False),
        Column("crawl_id", ForeignKey(crawls.c.crawl_id), nullable=False),
        _instant("fetched_at", default=True),
        _instant("last_seen_at", default=True),
        # Every write and every staging view looks up the latest version of a page.
        Index(None, "track_slug", key, "load_id", unique=True),
        schema="raw",
    )


crawls = Table(
    "crawls",
    metadata,
    Column("crawl_id", BigInteger, Identity(always=False), primary_key=True),
    Column("arguments", JSONB, nullable=False),
    Column("version", Text, nullable=False),
    _instant("started_at", default=True),
    _instant("ended_at", nullable=True),
    Column("outcome", Text, nullable=False, server_default="running"),
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("sessions_listed", Integer, nullable=False, server_default="0"),
    Column("sessions_ingested", Integer, nullable=False, server_default="0"),
    Column("sessions_unchanged", Integer, nullable=False, server_default="0"),
    Column("sessions_failed", Integer, nullable=False, server_default="0"),
    Column("sessions_with_laps", Integer, nullable=False, server_default="0"),
    Column("laps_ingested", Integer, nullable=False, server_default="0"),
    Column("drivers_created_or_matched", Integer, nullable=False, server_default="0"),
    CheckConstraint("outcome in ('running', 'finished', 'interrupted', 'failed', 'abandoned')", name="outcome"),
    schema="raw",
)

# The spelling of each track under which a page was captured first: a host name has no case.
known_tracks = Table(
    "tracks",
    metadata,
    Column("track_slug", Text, primary_key=True),
    Index("tracks_lower_idx", text("lower(track_slug)"), unique=True),
    schema="raw",
)

practice_months = _page_table("practice_months", "month", Text)
# The number of sessions that the month page shows for the day: see `month_sessions` of `scraper.raw.items.PageId`.
practice_lists = _page_table("practice_lists", "practice_date", Date, Column("month_sessions", Integer))
practice_sessions = _page_table("practice_sessions", "session_id", Text)

failed_pages = Table(
    "failed_pages",
    metadata,
    Column("failure_id", BigInteger, Identity(always=False), primary_key=True),
    Column("track_slug", Text, nullable=False),
    Column("page_kind", Text, nullable=False),
    Column("page_key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("reason_kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("http_status", Integer),
    Column("body", LargeBinary),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("crawl_id", ForeignKey(crawls.c.crawl_id), nullable=False),
    _instant("first_failed_at", default=True),
    _instant("last_failed_at", default=True),
    _instant("resolved_at", nullable=True),
    # When another page of the same track and kind was first captured since this one failed: then the kind's layout is
    # known. Null while every page of the kind fails.
    _instant("other_captured_at", nullable=True),
    UniqueConstraint("track_slug", "page_kind", "page_key"),
    CheckConstraint("page_kind in ('month', 'list', 'session')", name="page_kind"),
    # Every crawl and every write reads the failures that are not resolved, which are few of all.
    Index("failed_pages_unresolved_idx", "track_slug", "page_kind", postgresql_where=text("resolved_at is null")),
    schema="raw",
)

# An outbox, filled by triggers in the transaction that writes the page.
transform_queue = Table(
    "transform_queue",
    metadata,
    Column("entry_id", BigInteger, Identity(always=False), primary_key=True),
    Column("track_slug", Text, nullable=False),
    Column("page_kind", Text, nullable=False),
    Column("page_key", Text, nullable=False),
    _instant("queued_at", default=True),
    CheckConstraint("page_kind in ('list', 'session')", name="page_kind"),
    schema="raw",
)

transforms = Table(
    "transforms",
    metadata,
    Column("transform_id", BigInteger, Identity(always=False), primary_key=True),
    _instant("started_at"),
    _instant("ended_at", default=True),
    Column("outcome", Text, nullable=False),
    # Fingerprints of the dbt project, if all tests passed, and of the views: see scraper/transform/up_to_date.py.
    Column("project", Text),
    Column("views", Text),
    CheckConstraint("outcome in ('finished', 'incomplete')", name="outcome"),
    Index(None, "ended_at"),
    schema="intermediate",
)

# The batch that was begun and is not settled yet: one row, or none.
transform_batch = Table(
    "transform_batch",
    metadata,
    Column("kind", Text, primary_key=True),
    _instant("begun_at", default=True),
    CheckConstraint("kind in ('derive', 'verify', 'manual')", name="kind"),
    schema="intermediate",
)

transform_batch_days = Table(
    "transform_batch_days",
    metadata,
    Column("track_slug", Text, primary_key=True),
    Column("practice_date", Date, primary_key=True),
    Column("list_load_id", BigInteger, nullable=False),
    schema="intermediate",
)

# The queue entries that leave the queue when the batch is settled.
transform_batch_entries = Table(
    "transform_batch_entries",
    metadata,
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    schema="intermediate",
)

# Drivers whose sessions or names batches since the last settled one may have changed.
affected_drivers = Table(
    "affected_drivers", metadata, Column("driver_id", Uuid, primary_key=True), schema="intermediate"
)

# The valid rows of the seeds: see scraper/seeds/files.py.
seed_rows = Table(
    "seed_rows",
    metadata,
    Column("seed_name", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("cells", JSONB, nullable=False),
    schema="intermediate",
)

# One row per table and batch of the last verification in which they differ.
verify_differences = Table(
    "verify_differences",
    metadata,
    Column("difference_id", BigInteger, Identity(always=False), primary_key=True),
    Column("table_name", Text, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("surplus", BigInteger, nullable=False),
    Column("different", BigInteger, nullable=False),
    Column("example", Text),
    schema="intermediate",
)


def _seconds(name: str) -> Column[Decimal]:
    """Seconds, exact to the three decimals that the site prints."""
    return Column(name, Numeric(12, 3))


def _not_negative(*names: str) -> list[CheckConstraint]:
    """``NaN`` sorts above every number, so the upper bound excludes it."""
    return [CheckConstraint(f"{name} >= 0 and {name} < 'Infinity'", name=name) for name in names]


def _final_table(
    name: str, *columns_and_constraints: Column[Any] | CheckConstraint | UniqueConstraint | Index
) -> Table:
    """A table of the final schema: an id made from its natural key, and when a value last changed."""
    return Table(
        name,
        metadata,
        Column("id", Uuid, primary_key=True),
        *columns_and_constraints,
        _instant("created_at", default=True),
        _instant("updated_at", default=True),
        schema="racing",
    )


tracks = _final_table(
    "tracks",
    Column("source", Text, nullable=False),
    Column("source_track_slug", Text, nullable=False),
    Column("track_name", Text),
    Column("track_url", Text, nullable=False),
    Column("time_zone", Text),
    UniqueConstraint("source", "source_track_slug"),
)

events = _final_table(
    "events",
    Column("source", Text, nullable=False),
    Column("source_event_id", Text, nullable=False),
    Column("track_id", ForeignKey("racing.tracks.id"), nullable=False),
    Column("event_name", Text, nullable=False),
    Column("event_date", Date, nullable=False),
    Column("event_entries", Integer, nullable=False),
    Column("event_drivers", Integer, nullable=False),
    Column("event_url", Text, nullable=False),
    Column("ingest_depth", Text, nullable=False),
    _instant("last_ingested_at"),
    Column("event_metadata", JSONB, nullable=False),
    UniqueConstraint("source", "source_event_id"),
    UniqueConstraint("track_id", "event_date"),
    Index(None, "event_date", "id"),
    CheckConstraint("ingest_depth in ('none', 'list_only', 'partial', 'laps_full')", name="ingest_depth"),
    CheckConstraint("event_entries >= 0 and event_drivers >= 0", name="counts"),
)

races = _final_table(
    "races",
    Column("event_id", ForeignKey("racing.events.id", ondelete="CASCADE"), nullable=False),
    Column("source", Text, nullable=False),
    Column("source_race_id", Text, nullable=False),
    Column("class_name", Text, nullable=False),
    Column("race_label", Text, nullable=False),
    Column("race_order", Integer),
    Column("race_url", Text, nullable=False),
    Column("start_time", DateTime),
    _instant("start_time_utc", nullable=True),
    _seconds("duration_seconds"),
    Column("session_type", Text, nullable=False),
    Column("race_metadata", JSONB),
    Column("detail_status", Text, nullable=False),
    _instant("removed_at", nullable=True),
    UniqueConstraint("event_id", "source_race_id"),
    Index(None, "source_race_id"),
    CheckConstraint("detail_status in ('captured', 'list_only', 'failed')", name="detail_status"),
    *_not_negative("duration_seconds"),
)

drivers = _final_table(
    "drivers",
    Column("source", Text, nullable=False),
    Column("source_driver_id", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("normalized_name", Text),
    Column("transponder_number", Text),
    UniqueConstraint("source", "source_driver_id"),
    Index(None, "normalized_name"),
)

race_drivers = _final_table(
    "race_drivers",
    Column("race_id", ForeignKey("racing.races.id", ondelete="CASCADE"), nullable=False),
    Column("driver_id", ForeignKey("racing.drivers.id"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("source_driver_id", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("transponder_number", Text),
    UniqueConstraint("race_id", "source_driver_id"),
)

race_results = _final_table(
    "race_results",
    Column("race_id", ForeignKey("racing.races.id", ondelete="CASCADE"), nullable=False),
    Column("race_driver_id", ForeignKey("racing.race_drivers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position_final", Integer, nullable=False),
    Column("laps_completed", Integer),
    Column("total_time_raw", Text),
    _seconds("total_time_seconds"),
    _seconds("fast_lap_time"),
    _seconds("avg_lap_time"),
    Column("consistency", Numeric(6, 3)),
    Column("qualifying_position", Integer),
    _seconds("seconds_behind"),
    Column("raw_fields_json", JSONB),
    UniqueConstraint("race_id", "race_driver_id"),
    CheckConstraint("laps_completed >= 0", name="laps_completed"),
    *_not_negative("total_time_seconds", "fast_lap_time", "avg_lap_time"),
)

laps = Table(
    "laps",
    metadata,
    Column("race_result_id", ForeignKey("racing.race_results.id", ondelete="CASCADE"), primary_key=True),
    Column("lap_number", Integer, primary_key=True, autoincrement=False),
    Column("position_on_lap", Integer),
    Column("lap_time_raw", Text),
    _seconds("lap_time_seconds"),
    Column("pace_string", Text),
    _seconds("elapsed_race_time"),
    Column("segments_json", JSONB),
    Column("is_valid", Boolean, nullable=False, server_default=text("true")),
    Column("finished_at", DateTime),
    CheckConstraint("lap_number >= 1", name="lap_number"),
    CheckConstraint("lap_time_seconds >= 0 and lap_time_seconds < 86400", name="lap_time_seconds"),
    *_not_negative("elapsed_race_time"),
    schema="racing",
)

# dbt derives it from the rows that the batch before left: the ids of people are remembered here and nowhere else.
driver_people = Table(
    "driver_people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("track_id", Uuid, nullable=False),
    Column("track_slug", Text, nullable=False),
    Column("driver_id", Uuid, nullable=False, index=True),
    Column("transponder_number", Text, index=True),
    Column("normalized_name", Text, index=True),
    Column("display_name", Text),
    Column("spellings", ARRAY(Text)),
    Column("first_session_id", Text),
    Column("first_started_at", DateTime),
    Column("last_started_at", DateTime),
    Column("sessions", Integer, nullable=False),
    Column("person_id", Uuid, index=True),
    Column("rule", Text, nullable=False, index=True),
    Column("evidence", Text),
    # The words of the name, for the search.
    Index(
        "driver_people_words_idx",
        text("array_to_tsvector(array_remove(string_to_array(normalized_name, ' '::text), ''::text))"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": False},  # else each search reads what was added since the last vacuum
    ),
    schema="analytics",
)

# What the service was asked for. `problem` says why a job ended, or waits; `due_at` is the time before which it is not
# begun; `crawled` is null until its crawl has ended and only the transform is left, and then what the crawl has met.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("kind", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("dedupe_key", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("is_paused", Boolean, nullable=False, server_default=text("false")),
    Column("progress", JSONB, nullable=False, server_default="{}"),
    Column("result", JSONB),
    Column("problem", JSONB),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _instant("due_at", default=True),
    Column("crawled", JSONB),
    _instant("created_at", default=True),
    _instant("started_at", nullable=True),
    _instant("ended_at", nullable=True),
    # Asked twice, a day is one job.
    Index(None, "dedupe_key", unique=True, postgresql_where=text("state in ('queued', 'running')")),
    Index(None, "created_at", "id"),
    CheckConstraint("kind in ('day', 'month', 'range', 'crawl', 'transform', 'verify', 'export')", name="kind"),
    CheckConstraint("state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state"),
    CheckConstraint("(ended_at is null) = (state in ('queued', 'running'))", name="ended_at"),
    schema="jobs",
)

# Who may cause requests to the site over the service. Of a token only the hash is known.
tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    _instant("created_at", default=True),
    _instant("revoked_at", nullable=True),
    UniqueConstraint("token_hash"),
    schema="jobs",
)
