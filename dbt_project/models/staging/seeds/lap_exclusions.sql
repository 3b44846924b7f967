{{ config(materialized='stable_view') }}

select
    cells ->> 'track_slug' as track_slug,
    cells ->> 'session_id' as session_id,
    (cells ->> 'lap_number')::integer as lap_number,
    cells ->> 'reason' as reason
from {{ source('seeds', 'seed_rows') }}
where seed_name = 'lap_exclusions'
