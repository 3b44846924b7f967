{{
    config(
        unique_key='id',
        batch_rows='source_track_slug in (select track_slug from intermediate.int_practice__days)'
    )
}}

with

days as (

    select * from {{ ref('int_practice__days') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

batch_tracks as (

    select distinct track_slug from days

),

time_zones as (

    select * from {{ ref('track_time_zones') }}

),

-- A club may change its name: take the one of its most recent day.
final as (

    select
        {{ natural_uuid('tracks', ["'liverc'", 'batch_tracks.track_slug']) }} as id,
        'liverc' as source,
        batch_tracks.track_slug as source_track_slug,
        latest.track_name,
        latest.track_url,
        time_zones.time_zone,
        now() as created_at,
        now() as updated_at
    from batch_tracks
    cross join lateral (
        select
            lists.track_name,
            lists.track_url
        from lists
        where lists.track_slug = batch_tracks.track_slug
        order by lists.practice_date desc, lists.load_id desc
        limit 1
    ) as latest
    left join time_zones on lower(batch_tracks.track_slug) = lower(time_zones.track_slug)

)

select * from final
