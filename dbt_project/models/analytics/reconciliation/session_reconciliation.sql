{%- set figures = {
    'fastest': 'race_results.fast_lap_time',
    'average': 'race_results.avg_lap_time',
    'top_3_consecutive': "(race_results.raw_fields_json ->> 'top_3_consecutive')::numeric",
    'average_top_5': "(race_results.raw_fields_json ->> 'avg_top_5')::numeric",
    'average_top_10': "(race_results.raw_fields_json ->> 'avg_top_10')::numeric",
    'average_top_15': "(race_results.raw_fields_json ->> 'avg_top_15')::numeric",
    'std_deviation': "(race_results.raw_fields_json ->> 'std_deviation')::numeric",
    'consistency': 'race_results.consistency',
} -%}

with

races as (

    select * from {{ ref('races') }}
    where detail_status = 'captured'

),

race_results as (

    select * from {{ ref('race_results') }}

),

statistics as (

    select * from {{ ref('int_sessions__lap_statistics') }}

),

both_sides as (

    select
        races.event_id,
        races.id as race_id,
        races.source_race_id as session_id,
        {% for figure, page_figure in figures.items() -%}
            {{ page_figure }}::numeric(12, 3) as site_{{ figure }},
            round(statistics.valid_{{ figure }}, 3)::numeric(12, 3) as valid_{{ figure }},
            round(statistics.all_{{ figure }}, 3)::numeric(12, 3) as all_{{ figure }},
        {% endfor -%}
        (statistics.lap_count - statistics.valid_lap_count)::integer as invalid_lap_count
    from races
    inner join race_results on races.id = race_results.race_id
    inner join statistics on race_results.id = statistics.race_result_id

),

-- Figures that the page leaves blank are not compared, but named if the valid laps give them. The tolerance allows for
-- different rounding of the last digit.
compared as (

    select
        *,
        {% for side in ['valid', 'all'] -%}
            array_remove(array[
                {%- for figure in figures %}
                    case
                        when
                            not coalesce(
                                abs(site_{{ figure }} - {{ side }}_{{ figure }}) <= 0.001, site_{{ figure }} is null
                            )
                            then '{{ figure }}'
                    end{{ ',' if not loop.last }}
                {%- endfor %}
            ], null) as mismatches_{{ side }}_laps,
        {% endfor -%}
        array_remove(array[
            {%- for figure in figures %}
                case when site_{{ figure }} is null and valid_{{ figure }} is not null then '{{ figure }}' end
                {{- ',' if not loop.last }}
            {%- endfor %}
        ], null) as not_printed
    from both_sides

),

final as (

    select
        *,
        case
            when mismatches_valid_laps = '{}' and mismatches_all_laps = '{}' then 'both'
            when mismatches_valid_laps = '{}' then 'valid laps'
            when mismatches_all_laps = '{}' then 'all laps'
            else 'neither'
        end as matching_laps
    from compared

)

select * from final
