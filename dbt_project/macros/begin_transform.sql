{#
    At the start of every run, whatever it runs: what `make transform` has noted of the last one (scraper/transform_need.py)
    holds no longer. A run that is killed, or is none of all models, thus leaves nothing that says all is done.
#}
{% macro begin_transform() -%}
    update intermediate.transforms set project = null
    where invocation_id = (select invocation_id from intermediate.transforms order by ended_at desc limit 1)
{%- endmacro %}
