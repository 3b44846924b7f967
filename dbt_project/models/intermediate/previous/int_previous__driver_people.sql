{#-
    A source instead of a ref, because `driver_people` is derived from this model. dbt creates that table in the first run;
    until then this model is empty. It is a view that every run replaces, so the second run reads the table.
-#}
{%- set driver_people = source('previous_people', 'driver_people') -%}
{%- if execute and load_relation(driver_people) is not none -%}

    select
        -- ids
        id,
        track_id,
        driver_id,
        first_session_id,
        person_id,

        -- strings
        track_slug,
        transponder_number,
        normalized_name,
        display_name,
        spellings,
        rule,

        -- numerics
        sessions,

        -- timestamps
        first_started_at,
        last_started_at
    from {{ driver_people }}

{%- else -%}

    select
        null::uuid as id,
        null::uuid as track_id,
        null::uuid as driver_id,
        null::text as first_session_id,
        null::uuid as person_id,
        null::text as track_slug,
        null::text as transponder_number,
        null::text as normalized_name,
        null::text as display_name,
        null::text[] as spellings,
        null::text as rule,
        null::integer as sessions,
        null::timestamp as first_started_at,
        null::timestamp as last_started_at
    where false

{%- endif %}
