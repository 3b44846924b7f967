{{ config(schema='intermediate', contract={'enforced': false}) }}

with

months as (

    select * from {{ ref('stg_liverc__practice_months') }}

),

printed as (

    select
        months.track_slug,
        months.month,
        unknown.figure,
        unknown.printed
    from months
    cross join lateral {{ unknown_figures('to_jsonb(months)') }} as unknown

    union all

    select
        months.track_slug,
        months.month,
        'row ' || element.place || ', ' || (element.payload ->> 'reason') as figure,
        element.payload ->> 'row' as printed
    from months
    cross join lateral
        {{ page_elements('unreadable_rows', 'to_jsonb(months)') }} with ordinality as element (payload, place)

),

final as (

    select
        track_slug,
        month,
        array_agg(figure || ' "' || left(printed, 100) || '"' order by figure) as not_understood
    from printed
    group by track_slug, month

)

select * from final
