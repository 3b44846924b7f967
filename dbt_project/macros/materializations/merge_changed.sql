{#
    Incremental strategy `merge_changed`: make the rows of what this run rebuilt equal to the model's, writing only those
    that differ. `updated_at` moves with a value, `created_at` never.

    config `unique_key`: the primary key. config `delete_rows`: of the rows that the run has rebuilt (macro `is_rebuilt`),
    delete those that the model no longer has.

    In a verification (`make verify`) nothing is written: any row that would be is an error.
#}
{% macro get_incremental_merge_changed_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set keys = [arg_dict['unique_key']] if arg_dict['unique_key'] is string else arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- if is_verification() -%}
        {{ verify_rows(target, source, keys, columns) }}
    {%- else -%}
        {%- if config.get('delete_rows') %}
        delete from {{ target }} as stored
        where
            {{ is_rebuilt(target.identifier) }}
            and not exists (select from {{ source }} as derived where {{ same_key(keys) }});
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


{% macro same_key(keys) -%}
    {%- for key in keys -%}
        stored.{{ key }} = derived.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro values_differ(keys, columns) -%}
    {%- set values = columns | reject('in', keys) | reject('in', ['created_at', 'updated_at']) | list -%}
    (stored.{{ values | join(', stored.') }}) is distinct from (derived.{{ values | join(', derived.') }})
{%- endmacro %}


{# Compare the whole table with the whole derivation; say how many rows differ, and name one of them. #}
{% macro verify_rows(target, source, keys, columns) -%}
    {%- set differences -%}
        select
            count(*) filter (where stored.{{ keys[0] }} is null) as missing,
            count(*) filter (where derived.{{ keys[0] }} is null) as surplus,
            count(*) filter (where stored.{{ keys[0] }} = derived.{{ keys[0] }}) as different,
            min(concat_ws(' ', {% for key in keys %}coalesce(stored.{{ key }}, derived.{{ key }}){{ ', ' if not loop.last }}{% endfor %})) as example
        from {{ target }} as stored
        full join {{ source }} as derived on {{ same_key(keys) }}
        where stored.{{ keys[0] }} is null or derived.{{ keys[0] }} is null or {{ values_differ(keys, columns) }}
    {%- endset -%}
    {%- set found = run_query(differences).rows[0] -%}
    {%- if found['missing'] + found['surplus'] + found['different'] > 0 -%}
        {{ exceptions.raise_compiler_error(
            target.schema ~ '.' ~ target.identifier ~ ' is not what the raw pages say: ' ~ found['missing'] ~ ' rows missing, '
            ~ found['surplus'] ~ ' too many, ' ~ found['different'] ~ ' different, for example ' ~ found['example']
            ~ '; `make transform FULL=1` mends it'
        ) }}
    {%- endif -%}
    select 1
{%- endmacro %}
