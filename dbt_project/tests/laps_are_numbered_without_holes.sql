{{ config(severity='warn') }}

-- A session's laps are numbered from 1 to n. A gap comes from the page, and is worth a look.
select
    laps.race_result_id,
    count(*) as lap_count,
    max(laps.lap_number) as last_lap_number
from {{ rows_to_test(ref('laps')) }} as laps
group by laps.race_result_id
having count(*) != max(laps.lap_number)
