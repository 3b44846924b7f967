{#
    Incremental strategy `merge_changed`: make the rows of what this run rebuilt equal to the model's, writing only those
    that differ. `updated_at` moves with a value, `created_at` never.

    config `unique_key`: the primary key. config `delete_rows`: of the rows that the run has rebuilt (macro `is_rebuilt`),
    delete those that the model no longer has.

    In a verification (`make verify`) nothing is written: rows that would be are counted, and a warning of dbt says how many.
#}
{% macro get_incremental_merge_changed_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set keys = [arg_dict['unique_key']] if arg_dict['unique_key'] is string else arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- if is_verification() -%}
        {{ verify_rows(target, source, keys, columns) }}
    {%- else -%}
        -- Of a new table PostgreSQL supposes some hundred rows: for one row it would read a target of thousands.
        analyze {{ source }};
        {%- if config.get('delete_rows') %}
        delete from {{ target }}
        where ({{ keys | join(', ') }}) in ({{ surplus_keys(target, source, keys) }});
        {%- endif %}
        merge into {{ target }} as stored
        using {{ source }} as derived
        on {{ same_key(keys) }}
        when matched and {{ values_differ(keys, columns) }} then update set
            {% for column in columns if column not in keys and column != 'created_at' -%}
            {{ column }} = derived.{{ column }}{{ ', ' if not loop.last }}
            {%- endfor %}
        when not matched then insert ({{ columns | join(', ') }})
        values (derived.{{ columns | join(', derived.') }});
    {%- endif -%}
{%- endmacro %}


{#
    Of the rows that the run has rebuilt, the keys that the model no longer has. By `except`, which PostgreSQL hashes or
    sorts: of `not exists` it supposes that nearly no row is left, and may then read the working set once for each that is.
#}
{% macro surplus_keys(target, source, keys) -%}
    select {{ keys | join(', ') }} from {{ target }}
    where {{ is_rebuilt(target.identifier) or 'false' }}
    except
    select {{ keys | join(', ') }} from {{ source }}
{%- endmacro %}


{% macro same_key(keys) -%}
    {%- for key in keys -%}
        stored.{{ key }} = derived.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro values_differ(keys, columns) -%}
    {%- set values = columns | reject('in', keys) | reject('in', ['created_at', 'updated_at']) | list -%}
    (stored.{{ values | join(', stored.') }}) is distinct from (derived.{{ values | join(', derived.') }})
{%- endmacro %}


{# Compare what the run would have written with what stands; say how many rows differ, and name one of them. #}
{% macro verify_rows(target, source, keys, columns) -%}
    {%- set example -%}
        concat_ws(' ', {% for key in keys %}rows.{{ key }}{{ ', ' if not loop.last }}{% endfor %}) as example
    {%- endset -%}
    {%- set differences -%}
        select
            count(*) filter (where kind = 'missing') as missing,
            count(*) filter (where kind = 'surplus') as surplus,
            count(*) filter (where kind = 'different') as different,
            min(example) as example
        from (
            select 'missing' as kind, {{ example | replace('rows.', 'derived.') }}
            from {{ source }} as derived
            where not exists (select from {{ target }} as stored where {{ same_key(keys) }})
            union all
            select 'surplus' as kind, {{ example | replace('rows.', 'surplus.') }}
            from ({{ surplus_keys(target, source, keys) }}) as surplus
            union all
            select 'different' as kind, {{ example | replace('rows.', 'derived.') }}
            from {{ source }} as derived
            inner join {{ target }} as stored on {{ same_key(keys) }}
            where {{ values_differ(keys, columns) }}
        ) as differing_rows
    {%- endset -%}
    {%- set found = run_query(differences).rows[0] -%}
    {%- if found['missing'] + found['surplus'] + found['different'] > 0 -%}
        {%- do exceptions.warn('differs: ' ~ tojson({
            'table': target.schema ~ '.' ~ target.identifier,
            'missing': found['missing'] | int,
            'surplus': found['surplus'] | int,
            'different': found['different'] | int,
            'example': found['example'],
        })) -%}
    {%- endif -%}
    select 1
{%- endmacro %}
