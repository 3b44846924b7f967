{{ config(severity='warn') }}

-- A session's laps are numbered from 1 to n. A hole is the page's, and worth a look.
select
    race_result_id,
    count(*) as lap_count,
    max(lap_number) as last_lap_number
from {{ rows_of_this_run(ref('laps')) }} as laps
group by race_result_id
having count(*) != max(lap_number)
