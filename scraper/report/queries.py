"""The queries of the day report. Their columns are the fields of the rows in `practice_day.py`, by name.

The exposure `day_report` of the dbt project names the models that they read.
"""

TRACKS = "select source_track_slug from racing.tracks order by source_track_slug"

NEAREST_DAYS = """
select events.event_date
from racing.events as events
inner join racing.tracks as tracks on events.track_id = tracks.id
where lower(tracks.source_track_slug) = lower(%(track)s)
order by abs(events.event_date - %(day)s::date), events.event_date desc
limit 4
"""

DAY = """
select
    events.id as event_id,
    tracks.source_track_slug as track_slug,
    coalesce(nullif(tracks.track_name, ''), tracks.source_track_slug) as track_name,
    tracks.time_zone,
    events.event_date as practice_date,
    events.event_url as url,
    events.last_ingested_at,
    events.last_ingested_at < (events.event_date + 1)::timestamp at time zone interval '-12 hours' as may_have_gone_on
from racing.events as events
inner join racing.tracks as tracks on events.track_id = tracks.id
where lower(tracks.source_track_slug) = lower(%(track)s) and events.event_date = %(day)s
"""

RECONCILIATION = """
select
    verdict,
    differences,
    explained_differences,
    not_printed,
    not_understood,
    missing_sessions,
    site_sessions,
    sessions as our_sessions,
    site_laps,
    our_laps,
    site_track_time_seconds,
    our_track_time_seconds,
    site_drivers,
    our_drivers,
    site_classes,
    our_classes,
    site_first_start,
    our_first_start,
    site_last_start,
    our_last_start,
    site_best_lap,
    our_best_lap
from analytics.day_reconciliation
where event_id = %(event_id)s
"""

SESSIONS = """
select
    sessions.race_id,
    sessions.race_result_id,
    sessions.session_id,
    races.race_url as url,
    sessions.racer_id,
    sessions.person_id,
    sessions.racer_name,
    sessions.name_on_session,
    sessions.transponder_number,
    sessions.class_name,
    sessions.start_time,
    sessions.time_on_track_seconds,
    sessions.detail_status,
    sessions.laps as lap_count,
    sessions.valid_laps as valid_lap_count,
    sessions.best_lap,
    sessions.best_lap_number,
    sessions.average_lap,
    sessions.best_3_consecutive,
    sessions.std_deviation,
    sessions.consistency,
    sessions.session_of_day as number,
    sessions.gain_on_previous_best
from analytics.sessions as sessions
inner join racing.races as races on sessions.race_id = races.id
where sessions.event_id = %(event_id)s
order by sessions.start_time, lpad(sessions.session_id, 20, '0')
"""

LAPS = """
select race_result_id, lap_number, lap_time_seconds, is_valid
from racing.laps
where race_result_id = any(%(race_result_ids)s)
order by race_result_id, lap_number
"""

FLAGS = """
select race_result_id, lap_number, flag, explanation
from analytics.lap_flags
where event_id = %(event_id)s
"""

LEFT_OUT = """
select race_result_id, lap_number, reason
from analytics.left_out_laps
where event_id = %(event_id)s
"""

LEADERBOARD = """
select
    class_name,
    position,
    racer_id,
    best_lap,
    best_lap_at,
    gap_to_first,
    gap_to_racer_ahead,
    sessions,
    laps
from analytics.class_leaderboard
where event_id = %(event_id)s
order by class_name, position, racer_name, racer_id
"""

DRIVER_DAYS = """
select
    class_name,
    racer_id,
    sessions,
    laps,
    time_on_track_seconds,
    first_best_lap,
    best_lap,
    improvement,
    improvement_percent,
    is_most_improved
from analytics.driver_days
where event_id = %(event_id)s
order by class_name, best_lap, racer_name, racer_id
"""

RECORDS = """
select class_name, best_lap, practice_date, name_on_session
from analytics.class_records
where track_slug = %(track)s and period = 'ever'
"""
