-- Once by the comparison that the joins use: a doubled row would double sessions.
select distinct on (lower(cells ->> 'page_class_name'))
    cells ->> 'page_class_name' as page_class_name,
    cells ->> 'class_name' as class_name
from {{ source('seeds', 'seed_rows') }}
where seed_name = 'class_aliases'
order by lower(cells ->> 'page_class_name'), line
