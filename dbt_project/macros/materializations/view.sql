{#
    Views are replaced in place, in one statement. dbt's own way (create, rename, rename, drop cascade) takes every view
    above with it when one is run alone, and leaves relations behind when it is killed half-way.
    PostgreSQL replaces a view only while its columns stay the same; else it is made anew, with those above gone until
    they are run.
#}
{% materialization view, adapter='postgres' -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing_relation is not none and not existing_relation.is_view -%}
        {{ drop_relation_if_exists(existing_relation) }}
    {%- endif -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {% call statement('main') -%}
        do $view$
        begin
            create or replace view {{ target_relation }} as
            {{ sql }}
            ;
        exception
            when invalid_table_definition or feature_not_supported then
                drop view {{ target_relation }} cascade;
                create view {{ target_relation }} as
                {{ sql }}
                ;
        end
        $view$
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}
