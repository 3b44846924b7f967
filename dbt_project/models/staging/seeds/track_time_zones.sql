{{ config(materialized='stable_view') }}

select
    cells ->> 'track_slug' as track_slug,
    cells ->> 'time_zone' as time_zone
from {{ source('seeds', 'seed_rows') }}
where seed_name = 'track_time_zones'
