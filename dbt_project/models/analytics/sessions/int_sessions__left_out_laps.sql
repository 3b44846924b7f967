{{
    config(
        schema='intermediate',
        contract={'enforced': false},
        materialized='incremental',
        unique_key=['race_result_id', 'lap_number'],
        delete_rows=true,
        indexes=[{'columns': ['race_result_id', 'lap_number'], 'unique': true}, {'columns': ['event_id']}]
    )
}}

with

races as (

    select * from {{ ref('races') }}
    where {{ is_day_to_derive() }}

),

events as (

    select * from {{ ref('events') }}

),

tracks as (

    select * from {{ ref('tracks') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

lap_exclusions as (

    select * from {{ ref('lap_exclusions') }}

),

left_out_flags as (

    select * from {{ ref('left_out_flags') }}

),

-- Lap 0 stands for all laps of a session, also of one whose page is not captured.
excluded as (

    select
        races.event_id,
        race_results.id as race_result_id,
        coalesce(lap_exclusions.lap_number, 0) as lap_number,
        lap_exclusions.reason
    from lap_exclusions
    inner join races on lap_exclusions.session_id = races.source_race_id
    inner join events on races.event_id = events.id
    inner join tracks on events.track_id = tracks.id and lap_exclusions.track_slug = tracks.source_track_slug
    inner join race_results on races.id = race_results.race_id

),

-- Asked first whether there is a flag: the flags of a day cost a tenth of its transform.
flagged as (

    select
        flagged_laps.event_id,
        flagged_laps.race_result_id,
        flagged_laps.lap_number,
        flagged_laps.explanation as reason
    from {{ ref('int_sessions__flagged_laps') }} as flagged_laps
    where
        (select count(*) from left_out_flags) > 0
        and {{ is_day_to_derive() }}
        and flagged_laps.flag in (select left_out_flags.flag from left_out_flags)

),

final as (

    select * from excluded

    union all

    select * from flagged
    where
        not exists (
            select from excluded
            where excluded.race_result_id = flagged.race_result_id and excluded.lap_number = flagged.lap_number
        )

)

select * from final
