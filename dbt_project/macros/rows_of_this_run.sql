{#
    Which rows of a final table this run has rebuilt, as a condition: all of them in a full run, else those of the working
    set; nothing for a table that every run reads whole. The working set is named as text: dbt does not see a `ref` that
    stands in here. It is there, since every final model is built from it.

    Races go by the sessions that they are built from, and not by their day: a run of some models may have read a day anew,
    and its sessions not. All its races would go then, and with them the only way from a session's page to its day
    (`int_practice__touched_days`).
#}
{% macro is_rebuilt(table_name) -%}
    {%- set conditions = {
        'events': 'id in (select event_id from intermediate.int_practice__days)',
        'races': 'event_id in (select event_id from intermediate.int_practice__sessions)',
        'drivers': 'id in (select driver_id from intermediate.int_practice__touched_drivers)',
        'race_drivers': 'race_id in (select race_id from intermediate.int_practice__sessions)',
        'race_results': 'race_id in (select race_id from intermediate.int_practice__sessions)',
        'day_reconciliation': 'event_id in (select event_id from intermediate.int_practice__days)',
        'class_day_bests': 'event_id in (select event_id from intermediate.int_practice__days)',
        'driver_people': 'driver_id in (select driver_id from intermediate.int_practice__touched_drivers)',
        'laps': 'race_result_id in (select race_result_id from intermediate.int_practice__driver_identities)',
    } -%}
    {{ return('true' if is_full() else conditions.get(table_name)) }}
{%- endmacro %}


{#
    The same for a model of `analytics`, most of which are views with a row per day and something. An array is what
    PostgreSQL carries into a view down to the index, where a join with the working set would compute the view for all
    days first. `event_id` must be among the columns that the view groups or partitions by.
#}
{% macro is_day_of_this_run() -%}
    event_id = any(array(select event_id from intermediate.int_practice__days))
{%- endmacro %}


{# For a table of `analytics` with a row per day and something: the days to derive. All of them while there is no table. #}
{% macro is_day_to_derive() -%}
    {{ is_day_of_this_run() if has_been_built() else 'true' }}
{%- endmacro %}


{# Whether a model of `analytics` has rows by day, as its description says. #}
{% macro has_days(relation) -%}
    {%- set models = graph.nodes.values() | selectattr('schema', 'equalto', relation.schema) | selectattr('name', 'equalto', relation.identifier) -%}
    {{ return(execute and 'event_id' in (models | map(attribute='columns') | first | default({}))) }}
{%- endmacro %}


{# A final model's rows as far as this run has rebuilt them: what its tests look at. A full run's tests look at all rows. #}
{% macro rows_of_this_run(relation) -%}
    {%- if relation.schema == 'analytics' and has_days(relation) and not is_full() -%}
        (select * from {{ relation }} where {{ is_day_of_this_run() }})
    {%- elif relation.schema == 'racing' and is_rebuilt(relation.identifier) and not is_full() -%}
        (select * from {{ relation }} where {{ is_rebuilt(relation.identifier) }})
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}


{# dbt asks this macro what a generic test is to read; a `where` of the test's own comes on top. #}
{% macro get_where_subquery(relation) -%}
    {%- set rows = rows_of_this_run(relation) -%}
    {%- set where = config.get('where') -%}
    {%- if where -%}
        (select * from {{ rows }} as rows_of_this_run where {{ where }}) dbt_subquery
    {%- else -%}
        {{ rows }}{{ ' dbt_subquery' if rows != relation | string }}
    {%- endif -%}
{%- endmacro %}
