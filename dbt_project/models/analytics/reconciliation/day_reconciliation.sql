{{
    config(
        materialized='incremental',
        unique_key='event_id',
        delete_rows=true,
        indexes=[{'columns': ['verdict']}]
    )
}}

with

days as (

    select
        events.id as event_id,
        tracks.source_track_slug as track_slug,
        events.event_date as practice_date,
        events.ingest_depth
    from {{ ref('events') }} as events
    inner join {{ ref('tracks') }} as tracks on events.track_id = tracks.id

),

site_days as (

    select * from {{ ref('int_reconciliation__site_days') }}
    where {{ is_day_to_derive() }}

),

our_days as (

    select * from {{ ref('int_reconciliation__our_days') }}
    where {{ is_day_to_derive() }}

),

class_differences as (

    select
        event_id,
        array_agg(
            concat_ws(
                ', ',
                case
                    when laps_difference != 0
                        then
                            'laps of ' || class_name || ' ' || coalesce(site_laps, 0)
                            || ' by the site and ' || coalesce(our_laps, 0) || ' by us'
                end,
                case
                    when best_lap_mismatch
                        then
                            'best lap of ' || class_name || ' ' || coalesce(site_best_lap::text, 'none')
                            || ' by the site and ' || coalesce(our_best_lap::text, 'none') || ' by us'
                end
            )
            order by class_name
        ) filter (where laps_difference != 0 or best_lap_mismatch) as differing_classes
    from {{ ref('class_reconciliation') }}
    where {{ is_day_to_derive() }}
    group by event_id

),

both_sides as (

    select
        site_days.event_id,
        site_days.laps as site_laps,
        site_days.track_time_seconds as site_track_time_seconds,
        site_days.drivers as site_drivers,
        site_days.classes as site_classes,
        site_days.first_start as site_first_start,
        site_days.last_start as site_last_start,
        site_days.best_lap as site_best_lap,
        coalesce(our_days.sessions, 0) as sessions,
        coalesce(our_days.laps, 0) as our_laps,
        our_days.track_time_seconds as our_track_time_seconds,
        coalesce(our_days.drivers, 0) as our_drivers,
        coalesce(our_days.classes, 0) as our_classes,
        our_days.first_start as our_first_start,
        our_days.last_start as our_last_start,
        our_days.best_lap as our_best_lap,
        coalesce(class_differences.differing_classes, '{}') as differing_classes
    from site_days
    left join our_days on site_days.event_id = our_days.event_id
    left join class_differences on site_days.event_id = class_differences.event_id

),

-- Figures that the page does not print are not compared. The site prints session lengths in whole seconds but sums the
-- unrounded lengths, so track time may differ by half a second per session.
compared as (

    select
        both_sides.*,
        array(
            select
                figure.name || ' ' || figure.site_figure || ' by the site and '
                || coalesce(figure.our_figure, 'none') || ' by us'
            from (
                values
                ('laps', both_sides.site_laps::text, both_sides.our_laps::text),
                ('drivers', both_sides.site_drivers::text, both_sides.our_drivers::text),
                ('classes', both_sides.site_classes::text, both_sides.our_classes::text),
                ('first start', both_sides.site_first_start::text, both_sides.our_first_start::text),
                ('last start', both_sides.site_last_start::text, both_sides.our_last_start::text),
                ('best lap', both_sides.site_best_lap::text, both_sides.our_best_lap::text),
                (
                    'track time',
                    case
                        when
                            abs(both_sides.site_track_time_seconds - both_sides.our_track_time_seconds)
                            > 0.5 * both_sides.sessions
                            then both_sides.site_track_time_seconds::text
                    end,
                    both_sides.our_track_time_seconds::text
                )
            ) as figure (name, site_figure, our_figure)
            where figure.site_figure is not null and figure.site_figure is distinct from figure.our_figure
        ) || both_sides.differing_classes as differences
    from both_sides

),

final as (

    select
        compared.event_id,
        days.track_slug,
        days.practice_date,
        compared.sessions::integer as sessions,
        compared.site_laps,
        compared.our_laps::integer as our_laps,
        (compared.our_laps - compared.site_laps)::integer as laps_difference,
        compared.site_track_time_seconds,
        compared.our_track_time_seconds::numeric(12, 3) as our_track_time_seconds,
        (compared.our_track_time_seconds - compared.site_track_time_seconds)::numeric(12, 3)
            as track_time_difference,
        compared.site_drivers,
        compared.our_drivers::integer as our_drivers,
        (compared.our_drivers - compared.site_drivers)::integer as drivers_difference,
        compared.site_classes,
        compared.our_classes::integer as our_classes,
        (compared.our_classes - compared.site_classes)::integer as classes_difference,
        compared.site_first_start,
        compared.our_first_start,
        compared.our_first_start - compared.site_first_start as first_start_difference,
        compared.site_last_start,
        compared.our_last_start,
        compared.our_last_start - compared.site_last_start as last_start_difference,
        compared.site_best_lap,
        compared.our_best_lap,
        (compared.our_best_lap - compared.site_best_lap)::numeric(12, 3) as best_lap_difference,
        compared.differences,
        case
            when compared.differences != '{}' then 'differs'
            when days.ingest_depth in ('partial', 'list_only') then 'partial'
            else 'complete'
        end as verdict
    from compared
    inner join days on compared.event_id = days.event_id

)

select * from final
