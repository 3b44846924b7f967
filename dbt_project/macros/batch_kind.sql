{#
    What dbt does with the batch that `scraper/transform/batches.py` has begun: `derive`, `verify` or `manual`; none
    while no batch is under way, and while dbt parses. `scraper/transform/dbt.py` asks once for each run.
#}
{% macro batch_kind() -%}
    {{ return(env_var('DBT_BATCH_KIND') or none if execute else none) }}
{%- endmacro %}


{#
    How a model joins the stored table that its rows refer to: a row without its parent is not written, since the foreign
    key would refuse it. A verification compares it all the same, and finds it missing.
#}
{% macro join_parent() -%}
    {{ 'left join' if batch_kind() == 'verify' else 'inner join' }}
{%- endmacro %}
