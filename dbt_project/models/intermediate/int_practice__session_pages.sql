{{ config(materialized='batch_table') }}

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

-- Parsed once here, for all models that read the pages.
final as (

    select details.*
    from listed_once
    inner join details
        on
            listed_once.track_slug = details.track_slug
            and listed_once.session_id = details.session_id

)

select * from final
