select
    -- ids
    race_drivers.race_id,
    race_drivers.driver_id,
    race_drivers.source_driver_id,
    races.event_id,
    races.source_race_id as session_id,

    -- strings
    race_drivers.display_name,
    race_drivers.transponder_number,

    -- timestamps
    races.start_time
from {{ source('previous_racing', 'race_drivers') }} as race_drivers
inner join {{ source('previous_racing', 'races') }} as races on race_drivers.race_id = races.id
