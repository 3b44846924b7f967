{{ config(materialized='working_set') }}

select
    line_id,
    track_slug,
    page_kind,
    page_key
from {{ ref('stg_liverc__work_lines') }}
