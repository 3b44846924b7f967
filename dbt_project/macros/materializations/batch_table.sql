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
    {% call statement('columns') -%}
        create temporary table {{ columns }} on commit drop as
        {{ sql }}
        with no data
    {%- endcall %}
    {%- if existing is not none and not (existing.is_table and columns_of(existing) == columns_of(columns)) -%}
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


{% macro columns_of(relation) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.append([column.name, column.data_type]) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
