{#
    `analytics.driver_people` as the last run left it. Its own model is made from this, so dbt must not see it as a `ref`;
    while there is no table, as nothing.
#}
{% macro people_so_far() -%}
    {%- if has_people() -%}
        analytics.driver_people
    {%- else -%}
        (
            select
                null::uuid as id,
                null::uuid as track_id,
                null::text as track_slug,
                null::uuid as driver_id,
                null::text as transponder_number,
                null::text as normalized_name,
                null::text as display_name,
                null::text[] as spellings,
                null::text as first_session_id,
                null::timestamp as first_started_at,
                null::timestamp as last_started_at,
                null::integer as sessions,
                null::uuid as person_id,
                null::text as rule
            where false
        )
    {%- endif -%}
{%- endmacro %}


{% macro has_people() -%}
    {{ return(execute and load_relation(api.Relation.create(database=target.database, schema='analytics', identifier='driver_people')) is not none) }}
{%- endmacro %}


{#
    Transponders that stand for none: what somebody typed to fill the field. All digits alike (`0`, `0000000`, `9999999`),
    or counted up (`123`, `1234567`).
#}
{% macro is_real_transponder(transponder) -%}
    coalesce({{ transponder }} !~ '^(.)\1*$' and strpos('1234567890', {{ transponder }}) != 1, false)
{%- endmacro %}
