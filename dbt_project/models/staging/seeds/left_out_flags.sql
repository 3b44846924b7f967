{{ config(materialized='stable_view') }}

select
    cells ->> 'flag' as flag,
    cells ->> 'reason' as reason
from {{ source('seeds', 'seed_rows') }}
where seed_name = 'left_out_flags'
