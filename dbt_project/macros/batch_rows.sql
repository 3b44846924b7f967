{#
    The rows of a final table that the batch has derived again, as a condition: the table's config `batch_rows`, or by
    default the days of the batch. Relations are named as text, since dbt follows no `ref` in a config; a model with such
    a config depends on them by its SQL.
#}
{% macro batch_condition(relation) -%}
    {%- set models = graph.nodes.values() | selectattr('schema', 'equalto', relation.schema) | selectattr('name', 'equalto', relation.identifier) -%}
    {{ (models | first).config.get('batch_rows') or is_batch_day() }}
{%- endmacro %}


{#
    For models of `analytics`, most of which are views with a row per day and something: whether the row's day is in the
    batch. PostgreSQL pushes an array down into a view to the index, where a join would compute the view for all days
    first. `event_id` must be among the columns that the view groups or partitions by.
#}
{% macro is_batch_day() -%}
    event_id = any(array(select event_id from intermediate.int_practice__days))
{%- endmacro %}


{# For a table of `analytics` with a row per day and something: the days to derive. All days while there is no table. #}
{% macro is_day_to_derive() -%}
    {{ is_batch_day() if execute and load_relation(this) is not none else 'true' }}
{%- endmacro %}


{# The rows of a final table that the batch has derived again, for a test that compares them with a batch table. #}
{% macro batch_rows(relation) -%}
    {{ '(select * from ' ~ relation ~ ' where ' ~ batch_condition(relation) ~ ')' if execute else relation }}
{%- endmacro %}


{#
    The rows of a final table that a test reads: those of the batch while it is derived or verified, and all rows in a run
    by hand, such as `make dbt ARGS="test -s laps"`.
#}
{% macro rows_to_test(relation) -%}
    {{ batch_rows(relation) if batch_kind() in ('derive', 'verify') else relation }}
{%- endmacro %}
