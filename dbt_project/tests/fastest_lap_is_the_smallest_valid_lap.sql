{{ config(severity='warn') }}

-- The page's fastest lap is the smallest valid lap that it shows.
with

fastest_laps as (

    select
        laps.race_result_id,
        min(laps.lap_time_seconds) as fastest_lap
    from {{ rows_to_test(ref('laps')) }} as laps
    where laps.is_valid
    group by laps.race_result_id

)

select
    race_results.id,
    race_results.fast_lap_time,
    fastest_laps.fastest_lap
from {{ rows_to_test(ref('race_results')) }} as race_results
inner join fastest_laps on race_results.id = fastest_laps.race_result_id
where race_results.fast_lap_time != fastest_laps.fastest_lap
