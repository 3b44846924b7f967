{#
    Incremental strategy `merge_changed`: make the stored rows of the batch equal to the model's, and write only those that
    differ. `updated_at` changes with a value, `created_at` never.

    config `unique_key`: the primary key.
    config `delete_rows`: delete the stored rows of the batch that the model no longer has.
    config `batch_rows`: which stored rows are the batch's: see macro `batch_condition`.

    In a verification nothing is written to the table: the rows that would be are counted in
    `intermediate.verify_differences`.
#}
{% macro get_incremental_merge_changed_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set keys = [arg_dict['unique_key']] if arg_dict['unique_key'] is string else arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- if batch_kind() == 'verify' -%}
        {{ compare_rows(target, source, keys, columns) }}
    {%- else -%}
        -- Without it the planner assumes hundreds of rows, and for one row would scan the whole target.
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
    The keys of the batch's stored rows that the model no longer has. By `except`, which PostgreSQL hashes or sorts: it
    assumes that `not exists` leaves hardly any row, and may then read a batch table once for each row that is left.
#}
{% macro surplus_keys(target, source, keys) -%}
    select {{ keys | join(', ') }} from {{ target }}
    where {{ batch_condition(target) }}
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


{# Count the rows in which the stored table differs from the model, with the key of one of them. #}
{% macro compare_rows(target, source, keys, columns) -%}
    {%- set example -%}
        concat_ws(' ', {% for key in keys %}rows.{{ key }}{{ ', ' if not loop.last }}{% endfor %}) as example
    {%- endset -%}
    insert into intermediate.verify_differences (table_name, missing, surplus, different, example)
    select
        '{{ target.schema }}.{{ target.identifier }}',
        count(*) filter (where kind = 'missing'),
        count(*) filter (where kind = 'surplus'),
        count(*) filter (where kind = 'different'),
        min(example)
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
    having count(*) > 0
{%- endmacro %}
