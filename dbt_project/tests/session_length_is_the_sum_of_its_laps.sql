{{ config(severity='warn') }}

-- The page prints the length in whole seconds, so it differs from the sum of the laps by less than a second.
select
    race_results.id,
    races.duration_seconds,
    race_results.total_time_seconds
from {{ rows_to_test(ref('race_results')) }} as race_results
inner join {{ rows_to_test(ref('races')) }} as races on race_results.race_id = races.id
where abs(races.duration_seconds - race_results.total_time_seconds) >= 1
