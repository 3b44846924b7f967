{#
    Two runs at once: `make transform` leaves with status 4 when another one is at work. These locks are for those who
    call dbt by itself. While a model of `racing` is being written nobody changes the working set under it, and no two
    runs write the same table. A run whose working set another run has replaced stops, and says so; since its lines are
    still on the work list, nothing is lost. All locks are the transaction's, and die with it.
#}
{% macro lock_working_set() -%}
    select pg_advisory_xact_lock({{ working_set_lock() }}, 0)
{%- endmacro %}


{# Pre-hook of every model of `racing`. #}
{% macro share_working_set() -%}
    select
        pg_advisory_xact_lock_shared({{ working_set_lock() }}, 0),
        pg_advisory_xact_lock({{ working_set_lock() }}, hashtext('{{ this.schema }}.{{ this.name }}'))
{%- endmacro %}


{# A number of this project's own, beside the one of scraper/database/locks.py. #}
{% macro working_set_lock() -%}
    {{ return(7216) }}
{%- endmacro %}


{% macro filled_by_this_run() -%}
    {{ return('filled by run ' ~ invocation_id) }}
{%- endmacro %}


{#
    Stop when another run has replaced the lines or the days that this run has taken down. What this run was not asked to
    take down is taken as it is: that is what running one model alone means.
#}
{% macro require_own_working_set() -%}
    {%- set begins_with = ['int_practice__work_lines', 'int_practice__touched_days', 'int_practice__days'] -%}
    {%- set earlier = begins_with[:begins_with.index(model.name)] if model.name in begins_with else begins_with -%}
    {%- set taken_down = [] -%}
    {%- for name in earlier if 'model.practice.' ~ name in selected_resources -%}
        {%- do taken_down.append(name) -%}
    {%- endfor -%}
    {%- if execute and taken_down and not run_query('select ' ~ are_filled_by_this_run(taken_down)).rows[0][0] -%}
        {{ exceptions.raise_compiler_error('another dbt run has begun while this one was at work: run one at a time') }}
    {%- endif -%}
{%- endmacro %}


{# The same as a condition. #}
{% macro are_filled_by_this_run(names) -%}
    {%- for name in names -%}
        obj_description('intermediate.{{ name }}'::regclass, 'pg_class') = '{{ filled_by_this_run() }}'{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
