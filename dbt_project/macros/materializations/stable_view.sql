{#
    Materialization `stable_view`: a view that is replaced in place, in one statement. dbt's own `view` (create, rename,
    rename, drop cascade) drops every view on it when it is run alone, and leaves relations behind when it is killed.
    PostgreSQL replaces a view only while its columns stay the same. Otherwise it is made anew, and the views on it are
    gone until they are run.
#}
{% materialization stable_view, adapter='postgres' -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_view -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {% call statement('main') -%}
        do $view$
        begin
            create or replace view {{ target }} as
            {{ sql }}
            ;
        exception
            when invalid_table_definition or feature_not_supported then
                drop view {{ target }} cascade;
                create view {{ target }} as
                {{ sql }}
                ;
        end
        $view$
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}
