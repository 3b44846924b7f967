{#
    Materialization `batch_table`: a table with the rows of this batch and no others. It is emptied and filled in one
    transaction, so that a kill leaves either the old rows or the new ones. The table itself stays, and with it the views
    on it; it is made anew only when the model's columns have changed.
#}
{% materialization batch_table, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set columns = make_temp_relation(target) -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('columns', fetch_result=true) -%}
        create temporary table {{ columns }} on commit drop as
        {{ sql }}
        with no data;
        select {{ same_columns(existing, columns) if existing is not none and existing.is_table else 'false' }}
    {%- endcall %}
    {%- if existing is not none and not load_result('columns').table.rows[0][0] -%}
        {%- do run_query('drop ' ~ existing.type ~ ' ' ~ existing ~ ' cascade') -%}
        {%- set existing = none -%}
    {%- endif -%}
    {% call statement('main') -%}
        {{ 'create table ' ~ target ~ ' (like ' ~ columns ~ ')' if existing is none else 'truncate ' ~ target }};
        insert into {{ target }}
        {{ sql }};
        analyze {{ target }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}


{# Whether two tables have the same columns in the same order. #}
{% macro same_columns(first, second) -%}
    {{ columns_of(first) }} is not distinct from {{ columns_of(second) }}
{%- endmacro %}


{% macro columns_of(relation) -%}
    (
        select array_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod)) order by attnum)
        from pg_catalog.pg_attribute
        where attrelid = '{{ relation }}'::regclass and attnum > 0 and not attisdropped
    )
{%- endmacro %}
