"""Create the tables of the final schema, and those in which the transform keeps its batch and its record.

Migrations own the tables. dbt writes the rows of `racing` and the remembered people, and `scraper/transform` writes the
others.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As for raw.practice_sessions: see 0002.
VACUUM_EARLY = """
alter table racing.{table} set (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02
)
"""
BIG_TABLES = ("races", "race_drivers", "race_results", "laps")

BATCH_TABLES = (
    "transform_batch",
    "transform_batch_days",
    "transform_batch_entries",
    "affected_drivers",
    "seed_rows",
    "verify_differences",
)
GRANTS = (
    "grant select, insert, update, delete on all tables in schema racing to practice_transformer",
    "grant select on all tables in schema racing to practice_reader",
    "grant select, insert, update, delete on analytics.driver_people to practice_transformer",
    "grant select on analytics.driver_people to practice_reader",
    "grant select, insert on intermediate.transforms to practice_transformer",
    *(f"grant select, insert, truncate on intermediate.{table} to practice_transformer" for table in BATCH_TABLES),
)


def upgrade() -> None:
    create_racing_tables()
    create_people_table()
    create_transform_tables()
    for table in BIG_TABLES:
        op.execute(VACUUM_EARLY.format(table=table))
    for grant in GRANTS:
        op.execute(f"do $$ begin {grant}; exception when undefined_object then null; end $$")


def create_racing_tables() -> None:
    op.create_table(
        "drivers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_driver_id", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("normalized_name", sa.Text(), nullable=True),
        sa.Column("transponder_number", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("drivers_pkey")),
        sa.UniqueConstraint("source", "source_driver_id", name=op.f("drivers_source_source_driver_id_key")),
        schema="racing",
    )
    op.create_index(op.f("drivers_normalized_name_idx"), "drivers", ["normalized_name"], unique=False, schema="racing")
    op.create_table(
        "tracks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_track_slug", sa.Text(), nullable=False),
        sa.Column("track_name", sa.Text(), nullable=True),
        sa.Column("track_url", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("tracks_pkey")),
        sa.UniqueConstraint("source", "source_track_slug", name=op.f("tracks_source_source_track_slug_key")),
        schema="racing",
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_event_id", sa.Text(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("event_entries", sa.Integer(), nullable=False),
        sa.Column("event_drivers", sa.Integer(), nullable=False),
        sa.Column("event_url", sa.Text(), nullable=False),
        sa.Column("ingest_depth", sa.Text(), nullable=False),
        sa.Column("last_ingested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_metadata", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "ingest_depth in ('none', 'list_only', 'partial', 'laps_full')", name=op.f("events_ingest_depth_check")
        ),
        sa.CheckConstraint("event_entries >= 0 and event_drivers >= 0", name=op.f("events_counts_check")),
        sa.ForeignKeyConstraint(["track_id"], ["racing.tracks.id"], name=op.f("events_track_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pkey")),
        sa.UniqueConstraint("source", "source_event_id", name=op.f("events_source_source_event_id_key")),
        sa.UniqueConstraint("track_id", "event_date", name=op.f("events_track_id_event_date_key")),
        schema="racing",
    )
    op.create_table(
        "races",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_race_id", sa.Text(), nullable=False),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("race_label", sa.Text(), nullable=False),
        sa.Column("race_order", sa.Integer(), nullable=True),
        sa.Column("race_url", sa.Text(), nullable=False),
        sa.Column("start_time", sa.DateTime(), nullable=True),
        sa.Column("start_time_utc", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_seconds", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("session_type", sa.Text(), nullable=False),
        sa.Column("race_metadata", JSONB(), nullable=True),
        sa.Column("detail_status", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "detail_status in ('captured', 'list_only', 'failed')", name=op.f("races_detail_status_check")
        ),
        sa.CheckConstraint(
            "duration_seconds >= 0 and duration_seconds < 'Infinity'", name=op.f("races_duration_seconds_check")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["racing.events.id"], name=op.f("races_event_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("races_pkey")),
        sa.UniqueConstraint("event_id", "source_race_id", name=op.f("races_event_id_source_race_id_key")),
        schema="racing",
    )
    op.create_index(op.f("races_source_race_id_idx"), "races", ["source_race_id"], unique=False, schema="racing")
    op.create_table(
        "race_drivers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("race_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_driver_id", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("transponder_number", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["driver_id"], ["racing.drivers.id"], name=op.f("race_drivers_driver_id_fkey")),
        sa.ForeignKeyConstraint(
            ["race_id"], ["racing.races.id"], name=op.f("race_drivers_race_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("race_drivers_pkey")),
        sa.UniqueConstraint("race_id", "source_driver_id", name=op.f("race_drivers_race_id_source_driver_id_key")),
        schema="racing",
    )
    op.create_index(op.f("race_drivers_driver_id_idx"), "race_drivers", ["driver_id"], unique=False, schema="racing")
    op.create_table(
        "race_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("race_id", sa.Uuid(), nullable=False),
        sa.Column("race_driver_id", sa.Uuid(), nullable=False),
        sa.Column("position_final", sa.Integer(), nullable=False),
        sa.Column("laps_completed", sa.Integer(), nullable=True),
        sa.Column("total_time_raw", sa.Text(), nullable=True),
        sa.Column("total_time_seconds", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("fast_lap_time", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("avg_lap_time", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("consistency", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column("qualifying_position", sa.Integer(), nullable=True),
        sa.Column("seconds_behind", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("raw_fields_json", JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "avg_lap_time >= 0 and avg_lap_time < 'Infinity'", name=op.f("race_results_avg_lap_time_check")
        ),
        sa.CheckConstraint(
            "fast_lap_time >= 0 and fast_lap_time < 'Infinity'", name=op.f("race_results_fast_lap_time_check")
        ),
        sa.CheckConstraint(
            "total_time_seconds >= 0 and total_time_seconds < 'Infinity'",
            name=op.f("race_results_total_time_seconds_check"),
        ),
        sa.CheckConstraint("laps_completed >= 0", name=op.f("race_results_laps_completed_check")),
        sa.ForeignKeyConstraint(
            ["race_driver_id"],
            ["racing.race_drivers.id"],
            name=op.f("race_results_race_driver_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["race_id"], ["racing.races.id"], name=op.f("race_results_race_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("race_results_pkey")),
        sa.UniqueConstraint("race_id", "race_driver_id", name=op.f("race_results_race_id_race_driver_id_key")),
        schema="racing",
    )
    op.create_index(
        op.f("race_results_race_driver_id_idx"), "race_results", ["race_driver_id"], unique=False, schema="racing"
    )
    op.create_table(
        "laps",
        sa.Column("race_result_id", sa.Uuid(), nullable=False),
        sa.Column("lap_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position_on_lap", sa.Integer(), nullable=True),
        sa.Column("lap_time_raw", sa.Text(), nullable=True),
        sa.Column("lap_time_seconds", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("pace_string", sa.Text(), nullable=True),
        sa.Column("elapsed_race_time", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("segments_json", JSONB(), nullable=True),
        sa.Column("is_valid", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "elapsed_race_time >= 0 and elapsed_race_time < 'Infinity'", name=op.f("laps_elapsed_race_time_check")
        ),
        sa.CheckConstraint("lap_number >= 1", name=op.f("laps_lap_number_check")),
        sa.CheckConstraint(
            "lap_time_seconds >= 0 and lap_time_seconds < 86400", name=op.f("laps_lap_time_seconds_check")
        ),
        sa.ForeignKeyConstraint(
            ["race_result_id"], ["racing.race_results.id"], name=op.f("laps_race_result_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("race_result_id", "lap_number", name=op.f("laps_pkey")),
        schema="racing",
    )


def create_people_table() -> None:
    op.create_table(
        "driver_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("transponder_number", sa.Text(), nullable=True),
        sa.Column("normalized_name", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("spellings", ARRAY(sa.Text()), nullable=True),
        sa.Column("first_session_id", sa.Text(), nullable=True),
        sa.Column("first_started_at", sa.DateTime(), nullable=True),
        sa.Column("last_started_at", sa.DateTime(), nullable=True),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("driver_people_pkey")),
        schema="analytics",
    )
    for column in ("driver_id", "normalized_name", "person_id", "rule"):
        op.create_index(op.f(f"driver_people_{column}_idx"), "driver_people", [column], schema="analytics")


def create_transform_tables() -> None:
    op.create_table(
        "transforms",
        sa.Column("transform_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("views", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome in ('finished', 'incomplete')", name=op.f("transforms_outcome_check")),
        sa.PrimaryKeyConstraint("transform_id", name=op.f("transforms_pkey")),
        schema="intermediate",
    )
    op.create_index(op.f("transforms_ended_at_idx"), "transforms", ["ended_at"], schema="intermediate")
    op.create_table(
        "transform_batch",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('derive', 'verify', 'manual')", name=op.f("transform_batch_kind_check")),
        sa.PrimaryKeyConstraint("kind", name=op.f("transform_batch_pkey")),
        schema="intermediate",
    )
    op.create_table(
        "transform_batch_days",
        sa.Column("track_slug", sa.Text(), nullable=False),
        sa.Column("practice_date", sa.Date(), nullable=False),
        sa.Column("list_load_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("track_slug", "practice_date", name=op.f("transform_batch_days_pkey")),
        schema="intermediate",
    )
    op.create_table(
        "transform_batch_entries",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("transform_batch_entries_pkey")),
        schema="intermediate",
    )
    op.create_table(
        "affected_drivers",
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("driver_id", name=op.f("affected_drivers_pkey")),
        schema="intermediate",
    )
    op.create_table(
        "seed_rows",
        sa.Column("seed_name", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cells", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("seed_name", "line", name=op.f("seed_rows_pkey")),
        schema="intermediate",
    )
    op.create_table(
        "verify_differences",
        sa.Column("difference_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("surplus", sa.BigInteger(), nullable=False),
        sa.Column("different", sa.BigInteger(), nullable=False),
        sa.Column("example", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("difference_id", name=op.f("verify_differences_pkey")),
        schema="intermediate",
    )


def downgrade() -> None:
    op.drop_table("driver_people", schema="analytics")
    for table in (*reversed(BATCH_TABLES), "transforms"):
        op.drop_table(table, schema="intermediate")
    for table in ("laps", "race_results", "race_drivers", "drivers", "races", "events", "tracks"):
        op.drop_table(table, schema="racing")
