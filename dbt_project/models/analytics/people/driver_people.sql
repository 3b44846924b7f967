{{
    config(
        materialized='incremental',
        unique_key='id',
        delete_rows=true,
        batch_rows='driver_id in (select driver_id from intermediate.int_practice__affected_drivers)',
        on_schema_change='fail'
    )
}}

with

identities as (

    select * from {{ ref('int_people__identities') }}

),

links as (

    select * from {{ ref('int_people__named_identities') }}
    where rule is not null

    union all

    select * from {{ ref('int_people__named_transponders') }}

),

final as (

    select
        identities.id,
        identities.track_id,
        identities.track_slug,
        identities.driver_id,
        identities.transponder_number,
        identities.normalized_name,
        identities.display_name,
        identities.spellings,
        identities.first_session_id,
        identities.first_started_at,
        identities.last_started_at,
        identities.sessions,
        links.person_id,
        links.rule,
        links.evidence
    from identities
    inner join links on identities.id = links.identity_id

)

select * from final
