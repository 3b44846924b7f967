{#- A view, so that scraper/seeds/changes.py sees the labels before and after it loads them. -#}
{{ config(materialized='stable_view') }}

select cells ->> 'label' as label
from {{ source('seeds', 'seed_rows') }}
where seed_name = 'shared_labels'
