{{ config(materialized='working_set') }}

with

listed as (

    select * from {{ ref('int_practice__listed_sessions') }}

),

details as (

    select * from {{ ref('stg_liverc__practice_sessions') }}

),

listed_once as (

    select distinct
        track_slug,
        session_id
    from listed

),

-- Typed once here; what reads this working set does not parse again.
final as (

    select details.*
    from listed_once
    inner join details
        on
            listed_once.track_slug = details.track_slug
            and listed_once.session_id = details.session_id

)

select * from final
