{{ config(severity='warn') }}

-- The page prints the length in whole seconds: the sum of the laps is less than a second away.
select
    race_results.id,
    races.duration_seconds,
    race_results.total_time_seconds
from {{ rows_of_this_run(ref('race_results')) }} as race_results
inner join {{ rows_of_this_run(ref('races')) }} as races on race_results.race_id = races.id
where abs(races.duration_seconds - race_results.total_time_seconds) >= 1
