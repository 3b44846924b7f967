{#
    At the end of every run: when each table of `racing` and `analytics` has caught up with the run's work list, its lines leave the list,
    and the drivers that it touched are settled. Fewer models, a failure or a kill leave both, and the next run does them
    again. A verification changes nothing. Tables are named as text: dbt follows no `ref` in a hook.
#}
{% macro finish_transform(results) -%}
    {%- if execute and not is_verification() -%}
        {%- set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
        {%- set wanted = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- do wanted.append(node.unique_id) if node.config.materialized in ('incremental', 'working_set') -%}
        {%- endfor -%}
        {%- if wanted | reject('in', built) | list == [] -%}
            {%- set is_own = are_filled_by_this_run(['int_practice__work_lines', 'int_practice__days']) -%}
            {{ lock_working_set() }};
            delete from raw.work_list as pending_lines
            using intermediate.int_practice__work_lines as lines_of_this_run
            where pending_lines.line_id = lines_of_this_run.line_id and {{ is_own }};
            delete from intermediate.int_practice__touched_drivers
            where {{ is_own }};
            {{ record_transform("case when " ~ is_own ~ " then 'finished' else 'incomplete' end") }}
        {%- elif results | selectattr('node.resource_type', 'equalto', 'model') | list -%}
            {{ record_transform("'incomplete'") }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro record_transform(outcome) -%}
    insert into intermediate.transforms (invocation_id, is_full, started_at, outcome)
    values ('{{ invocation_id }}', {{ is_full() }}, '{{ run_started_at }}', {{ outcome }});
{%- endmacro %}
