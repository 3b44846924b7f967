-- Row parity from the lists to the final schema: one race for each session ever listed, and one session for each race.
with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

races as (

    select * from {{ batch_rows(ref('races')) }} as races

),

race_results as (

    select * from {{ ref('race_results') }}

)

select
    sessions.race_id as session_race_id,
    races.id as race_id
from sessions
full join races on sessions.race_id = races.id
where
    sessions.race_id is null
    or races.id is null
    or 1 != (select count(*) from race_results where race_results.race_id = races.id)
