{{ config(unique_key='id') }}

with

days as (

    select * from {{ ref('int_practice__days') }}

),

lists as (

    select * from {{ ref('stg_liverc__practice_lists') }}

),

touched_tracks as (

    select distinct track_slug from days

),

time_zones as (

    select * from {{ ref('track_time_zones') }}

),

-- A club may change its name: the one on its most recent day stands.
final as (

    select
        {{ natural_uuid('tracks', ["'liverc'", 'touched_tracks.track_slug']) }} as id,
        'liverc' as source,
        touched_tracks.track_slug as source_track_slug,
        latest.track_name,
        latest.track_url,
        time_zones.time_zone,
        now() as created_at,
        now() as updated_at
    from touched_tracks
    cross join lateral (
        select
            lists.track_name,
            lists.track_url
        from lists
        where lists.track_slug = touched_tracks.track_slug
        order by lists.practice_date desc, lists.load_id desc
        limit 1
    ) as latest
    left join time_zones on touched_tracks.track_slug = time_zones.track_slug

)

select * from final
