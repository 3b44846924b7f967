with

sessions as (

    select * from {{ ref('int_practice__sessions') }}

),

-- Only the session page has these; a session without one has none of them.
captured as (

    select
        race_id,
        ended_at,
        jsonb_build_object(
            'top_3_consecutive', top_3_consecutive,
            'avg_top_5', avg_top_5,
            'avg_top_10', avg_top_10,
            'avg_top_15', avg_top_15,
            'std_deviation', std_deviation,
            'valid_lap_range', valid_lap_range
        ) as session_statistics
    from sessions
    where detail_status = 'captured'

),

final as (

    select
        race_id,
        session_statistics,
        jsonb_build_object(
            'end_time', {{ iso_text('ended_at') }},
            'practiceSessionStats', session_statistics
        ) as race_metadata
    from captured

)

select * from final
