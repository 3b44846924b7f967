{#
    At the end of every run: when each table of `racing` and `analytics` has caught up with the run's work list, its lines
    leave the list, and the drivers that it touched are settled. Fewer models, a failure or a kill leave both, and the next
    run does them again. Of a day that this run has put off, one line stays, its list's. A verification changes nothing.
    Tables are named as text: dbt follows no `ref` in a hook.
#}
{% macro finish_transform(results) -%}
    {%- if execute and not is_verification() -%}
        {%- set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list -%}
        {%- set wanted = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- do wanted.append(node.unique_id) if node.config.materialized in ('incremental', 'working_set') -%}
        {%- endfor -%}
        {%- if wanted | reject('in', built) | list == [] -%}
            {%- set is_own = are_filled_by_this_run(['int_practice__work_lines', 'int_practice__touched_days', 'int_practice__days']) -%}
            {{ lock_working_set() }};
            delete from raw.work_list as pending_lines
            using intermediate.int_practice__work_lines as lines_of_this_run
            where
                pending_lines.line_id = lines_of_this_run.line_id
                and {{ is_own }}
                and not (
                    lines_of_this_run.page_kind = 'list'
                    and (lines_of_this_run.track_slug, lines_of_this_run.page_key) in ({{ days_put_off() }})
                );
            insert into raw.work_list (track_slug, page_kind, page_key)
            select
                put_off.track_slug,
                'list',
                put_off.page_key
            from ({{ days_put_off() }}) as put_off
            where
                {{ is_own }}
                and not exists (
                    select from intermediate.int_practice__work_lines as lines_of_this_run
                    where
                        lines_of_this_run.page_kind = 'list'
                        and lines_of_this_run.track_slug = put_off.track_slug
                        and lines_of_this_run.page_key = put_off.page_key
                );
            delete from intermediate.int_practice__touched_drivers
            where {{ is_own }};
            {{ record_transform("case when " ~ is_own ~ " then 'finished' else 'incomplete' end") }}
        {%- elif results | selectattr('node.resource_type', 'equalto', 'model') | list -%}
            {{ record_transform("'incomplete'") }}
        {%- endif -%}
    {%- elif execute and flags.WHICH == 'test' -%}
        {# The drivers that a verification has looked at are settled, unless a run that did not finish has touched some. #}
        {{ lock_working_set() }};
        delete from intermediate.int_practice__touched_drivers
        where not exists (select from raw.work_list);
    {%- endif -%}
{%- endmacro %}


{% macro record_transform(outcome) -%}
    insert into intermediate.transforms (invocation_id, started_at, outcome)
    values ('{{ invocation_id }}', '{{ run_started_at }}', {{ outcome }});
{%- endmacro %}


{# Days that have work and were too many for this run; as the work list names a list. #}
{% macro days_put_off() -%}
    select
        track_slug,
        practice_date::text as page_key
    from intermediate.int_practice__touched_days
    where not is_of_this_run
{%- endmacro %}
