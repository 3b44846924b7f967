{{ config(schema='intermediate', contract={'enforced': false}) }}

-- A lateral join per session instead of CTEs, so that a query for one day reads the laps of that day only.
select
    race_results.id as race_result_id,
    0 = any(left_out.lap_numbers) as is_left_out,
    statistics.*,
    100 * (1 - statistics.valid_std_deviation / nullif(statistics.valid_average, 0)) as valid_consistency,
    100 * (1 - statistics.all_std_deviation / nullif(statistics.all_average, 0)) as all_consistency
from {{ ref('race_results') }} as race_results
cross join lateral (
    select coalesce(array_agg(left_out_laps.lap_number), '{}') as lap_numbers
    from {{ ref('int_sessions__left_out_laps') }} as left_out_laps
    where left_out_laps.race_result_id = race_results.id
) as left_out
cross join lateral (
    select
        count(*) as lap_count,
        count(*) filter (where is_valid) as valid_lap_count,
        count(*) filter (where is_valid and not is_counted) as left_out_lap_count,
        max(lap_number) filter (where is_counted and place_of_counted = 1) as best_lap_number,
        max(finished_at) filter (where is_counted and place_of_counted = 1) as best_lap_at,
        (array_agg(finished_at order by lap_number desc) filter (where finished_at is not null))[1] as last_lap_at,
        min(seconds) filter (where is_counted) as counted_fastest,
        min(seconds) filter (where is_valid) as valid_fastest,
        min(seconds) as all_fastest,
        avg(seconds) filter (where is_valid) as valid_average,
        avg(seconds) as all_average,
        min(three_laps) filter (where three_counted = 3) as counted_top_3_consecutive,
        min(three_laps) filter (where three_valid = 3) as valid_top_3_consecutive,
        min(three_laps) filter (where three_known = 3) as all_top_3_consecutive,
        min(five_laps) filter (where five_counted = 5) as counted_top_5_consecutive,
        {% for count in [5, 10, 15] -%}
            case
                when count(*) filter (where is_valid) >= {{ count }}
                    then avg(seconds) filter (where is_valid and place <= {{ count }})
            end as valid_average_top_{{ count }},
            case
                when count(*) >= {{ count }} then avg(seconds) filter (where place_of_all <= {{ count }})
            end as all_average_top_{{ count }},
        {% endfor -%}
        stddev_pop(seconds) filter (where is_valid) as valid_std_deviation,
        stddev_pop(seconds) as all_std_deviation
    from (
        select
            laps.lap_number,
            laps.lap_time_seconds as seconds,
            laps.is_valid,
            marked.is_counted,
            laps.finished_at,
            row_number() over (partition by laps.is_valid order by laps.lap_time_seconds, laps.lap_number) as place,
            row_number() over (partition by marked.is_counted order by laps.lap_time_seconds, laps.lap_number)
                as place_of_counted,
            row_number() over (order by laps.lap_time_seconds, laps.lap_number) as place_of_all,
            sum(laps.lap_time_seconds) over three as three_laps,
            count(laps.lap_time_seconds) over three as three_known,
            count(laps.lap_time_seconds) filter (where laps.is_valid) over three as three_valid,
            count(laps.lap_time_seconds) filter (where marked.is_counted) over three as three_counted,
            sum(laps.lap_time_seconds) over five as five_laps,
            count(laps.lap_time_seconds) filter (where marked.is_counted) over five as five_counted
        from {{ ref('laps') }} as laps
        cross join lateral (
            select laps.is_valid and not array[0, laps.lap_number] && left_out.lap_numbers as is_counted
        ) as marked
        where laps.race_result_id = race_results.id and laps.lap_time_seconds is not null
        window
            three as (order by laps.lap_number range between 2 preceding and current row),
            five as (order by laps.lap_number range between 4 preceding and current row)
    ) as placed_laps
) as statistics
