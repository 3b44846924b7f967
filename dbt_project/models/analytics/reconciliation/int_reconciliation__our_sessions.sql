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
        race_drivers.driver_id,
        races.class_name,
        race_drivers.display_name,
        races.start_time,
        race_results.total_time_seconds as track_time_seconds,
        case when races.detail_status = 'captured' then own.laps else race_results.laps_completed end as laps,
        case when races.detail_status = 'captured' then own.best_lap else race_results.fast_lap_time end as best_lap,
        case
            when races.detail_status = 'captured' then own.counted_best_lap
            when not own.is_left_out then race_results.fast_lap_time
        end as counted_best_lap
    from races
    inner join race_drivers on races.id = race_drivers.race_id
    inner join race_results on race_drivers.id = race_results.race_driver_id
    cross join lateral (
        select coalesce(array_agg(left_out_laps.lap_number), '{}') as lap_numbers
        from {{ ref('int_sessions__left_out_laps') }} as left_out_laps
        where left_out_laps.race_result_id = race_results.id
    ) as left_out
    cross join lateral (
        select
            count(*) as laps,
            min(laps.lap_time_seconds) filter (where laps.is_valid) as best_lap,
            min(laps.lap_time_seconds) filter (
                where laps.is_valid and not array[0, laps.lap_number] && left_out.lap_numbers
            ) as counted_best_lap,
            coalesce(0 = any(left_out.lap_numbers), false) as is_left_out
        from {{ ref('laps') }} as laps
        where laps.race_result_id = race_results.id
    ) as own
    where races.removed_at is null

)

select * from final
