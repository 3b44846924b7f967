select
    -- ids
    races.id as race_id,
    races.source_race_id as session_id,
    tracks.source_track_slug as track_slug,
    events.event_date as practice_date,

    -- timestamps
    races.start_time
from {{ source('racing_so_far', 'races') }} as races
inner join {{ source('racing_so_far', 'events') }} as events on races.event_id = events.id
inner join {{ source('racing_so_far', 'tracks') }} as tracks on events.track_id = tracks.id
