"""The final schema: tables by migration, rows by dbt."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


GRANTS = (
    "grant select, insert, update, delete on all tables in schema racing to practice_transformer",
    "grant select on all tables in schema racing to practice_reader",
)


def upgrade() -> None:
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
    for grant in GRANTS:
        op.execute(f"do $$ begin {grant}; exception when undefined_object then null; end $$")


def downgrade() -> None:
    for table in ("laps", "race_results", "race_drivers", "drivers", "races", "events", "tracks"):
        op.drop_table(table, schema="racing")
