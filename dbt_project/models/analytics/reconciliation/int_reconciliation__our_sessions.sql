{{ config(schema='intermediate', contract={'enforced': false}) }}

with

races as (

    select * from {{ ref('races') }}

),

race_drivers as (

    select * from {{ ref('race_drivers') }}

),

race_results as (

    select * from {{ ref('race_results') }}

),

-- A captured session counts with its laps in racing.laps, any other with the figures of the day's list.
final as (

    select
        races.event_id,
        races.id as race_id,
        races.class_name,
        race_drivers.display_name,
        races.start_time,
        race_results.total_time_seconds as track_time_seconds,
        case when races.detail_status = 'captured' then own.laps else race_results.laps_completed end as laps,
        case when races.detail_status = 'captured' then own.best_lap else race_results.fast_lap_time end as best_lap
    from races
    inner join race_drivers on races.id = race_drivers.race_id
    inner join race_results on race_drivers.id = race_results.race_driver_id
    cross join lateral (
        select
            count(*) as laps,
            min(laps.lap_time_seconds) filter (where laps.is_valid) as best_lap
        from {{ ref('laps') }} as laps
        where laps.race_result_id = race_results.id
    ) as own
    where races.removed_at is null

)

select * from final
