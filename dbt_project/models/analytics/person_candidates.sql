{#-
    How alike two names are: the share of their three-letter pieces that both have, with blanks around each word, as
    pg_trgm counts, which not every server has.
-#}
{%- set alike_enough = 0.5 -%}

with

names as (

    select distinct
        track_slug,
        person_id,
        normalized_name
    from {{ ref('driver_people') }}
    where person_id is not null and normalized_name is not null

),

pieces as (

    select distinct
        names.track_slug,
        names.person_id,
        names.normalized_name,
        substr('  ' || word.text || ' ', piece.place, 3) as piece
    from names
    cross join lateral regexp_split_to_table(names.normalized_name, ' ') as word (text)
    cross join lateral generate_series(1, length(word.text) + 1) as piece (place)

),

counted as (

    select
        *,
        count(*) over (partition by track_slug, person_id, normalized_name) as pieces
    from pieces

),

final as (

    select
        one.track_slug,
        one.person_id,
        one.normalized_name,
        other.person_id as other_person_id,
        other.normalized_name as other_normalized_name,
        round(count(*)::numeric / (one.pieces + other.pieces - count(*)), 3) as similarity
    from counted as one
    inner join counted as other
        on
            one.track_slug = other.track_slug
            and one.piece = other.piece
            and one.person_id < other.person_id
    group by
        one.track_slug,
        one.person_id,
        one.normalized_name,
        one.pieces,
        other.person_id,
        other.normalized_name,
        other.pieces
    having count(*)::numeric / (one.pieces + other.pieces - count(*)) >= {{ alike_enough }}

)

select * from final
