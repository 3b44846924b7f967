{#
    What dbt does with the batch that `scraper/transform/batches.py` has begun: `derive`, `verify` or `manual`; none
    while no batch is under way, and while dbt parses.
#}
{% macro batch_kind() -%}
    {%- if execute -%}
        {%- set batches = run_query('select kind from intermediate.transform_batch') -%}
        {{ return(batches.rows[0][0] if batches.rows else none) }}
    {%- endif -%}
{%- endmacro %}


{#
    How a model joins the stored table that its rows refer to: a row without its parent is not written, since the foreign
    key would refuse it. A verification compares it all the same, and finds it missing.
#}
{% macro join_parent() -%}
    {{ 'left join' if batch_kind() == 'verify' else 'inner join' }}
{%- endmacro %}
