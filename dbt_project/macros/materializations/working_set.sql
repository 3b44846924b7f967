{#
    Materialization `working_set`: a table that holds what this run found, and nothing else, whatever the run is called
    with. Emptied and filled in one transaction, so that a kill leaves either the old rows or the new ones; the relation
    stays, and with it the views on it. Only when the model has other columns than the table is the table made anew.

    config `keeps_rows`: add what is not there yet, and empty nothing.
    config `goes_beside_tables`: final tables may be written meanwhile. For what follows from the rest of the working set
    and from what stays as it is: should another run fill it at the same time, both fill in the same.

    The table's comment names the run that filled it: see `working_set_locks.sql`.
#}
{% materialization working_set, adapter='postgres' -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set columns_relation = make_temp_relation(target_relation) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('columns') -%}
        {{ share_working_set() if config.get('goes_beside_tables') else lock_working_set() }};
        create temporary table {{ columns_relation }} on commit drop as
        {{ sql }}
        with no data
    {%- endcall %}
    {%- do require_own_working_set() -%}
    {%- if existing_relation is not none and not (existing_relation.is_table and has_same_columns(existing_relation, columns_relation)) -%}
        {%- do run_query('drop ' ~ existing_relation.type ~ ' if exists ' ~ existing_relation ~ ' cascade') -%}
        {%- set existing_relation = none -%}
    {%- endif -%}
    {% call statement('main') -%}
        {%- if existing_relation is none %}
            create table {{ target_relation }} (like {{ columns_relation }});
        {%- elif not config.get('keeps_rows') %}
            truncate {{ target_relation }};
        {%- endif %}
        insert into {{ target_relation }}
        {%- if config.get('keeps_rows') %}
            select * from (
                {{ sql }}
            ) as found
            except
            select * from {{ target_relation }};
        {%- else %}
            {{ sql }};
        {%- endif %}
        analyze {{ target_relation }};
        comment on table {{ target_relation }} is '{{ filled_by_this_run() }}'
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}


{% macro has_same_columns(relation, other_relation) -%}
    {%- set columns = [] -%}
    {%- for each in [relation, other_relation] -%}
        {%- set described = [] -%}
        {%- for column in adapter.get_columns_in_relation(each) -%}
            {%- do described.append([column.name, column.data_type]) -%}
        {%- endfor -%}
        {%- do columns.append(described) -%}
    {%- endfor -%}
    {{ return(columns[0] == columns[1]) }}
{%- endmacro %}
