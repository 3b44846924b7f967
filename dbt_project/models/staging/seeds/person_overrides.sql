select
    cells ->> 'track_slug' as track_slug,
    cells ->> 'transponder_number' as transponder_number,
    cells ->> 'driver_name' as driver_name,
    cells ->> 'person' as person,
    cells ->> 'reason' as reason
from {{ source('seeds', 'seed_rows') }}
where seed_name = 'person_overrides'
