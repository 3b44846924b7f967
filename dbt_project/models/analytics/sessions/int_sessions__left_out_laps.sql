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

{#- The flags whose laps records and leaderboards leave out: see dbt_project.yml. -#}
{%- set flags = var('left_out_flags') %}

-- depends_on: {{ ref('int_sessions__flagged_laps') }}
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

{% if flags -%}
flagged as (

    select
        event_id,
        race_result_id,
        lap_number,
        explanation as reason
    from {{ ref('int_sessions__flagged_laps') }}
    where {{ is_day_to_derive() }} and flag in ('{{ flags | join("', '") }}')

),

{% endif -%}
final as (

    select * from excluded
    {% if flags %}
    union all

    select * from flagged
    where
        not exists (
            select from excluded
            where excluded.race_result_id = flagged.race_result_id and excluded.lap_number = flagged.lap_number
        )
    {% endif %}

)

select * from final
