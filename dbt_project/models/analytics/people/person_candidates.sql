{#-
    Trigram similarity as the extension pg_trgm defines it: the number of trigrams in both names, divided by the number in
    either. A word has two spaces before and one after. Not every server has pg_trgm.
-#}
{%- set lowest_similarity = 0.5 -%}

with

names as (

    select
        track_slug,
        person_id,
        normalized_name,
        array_agg(distinct transponder_number) filter (where transponder_number is not null)
            as transponders
    from {{ ref('driver_people') }}
    where person_id is not null and normalized_name is not null
    group by track_slug, person_id, normalized_name

),

trigrams as (

    select distinct
        names.track_slug,
        names.person_id,
        names.normalized_name,
        substr('  ' || word.text || ' ', start.position, 3) as trigram
    from names
    cross join lateral regexp_split_to_table(names.normalized_name, ' ') as word (text)
    cross join lateral generate_series(1, length(word.text) + 1) as start (position)

),

counted as (

    select
        *,
        count(*) over (partition by track_slug, person_id, normalized_name) as trigrams
    from trigrams

),

pairs as (

    select
        one.track_slug,
        one.person_id,
        one.normalized_name,
        other.person_id as other_person_id,
        other.normalized_name as other_normalized_name,
        round(count(*)::numeric / (one.trigrams + other.trigrams - count(*)), 3)::numeric(4, 3) as similarity
    from counted as one
    inner join counted as other
        on
            one.track_slug = other.track_slug
            and one.trigram = other.trigram
            and one.person_id < other.person_id
    group by
        one.track_slug,
        one.person_id,
        one.normalized_name,
        one.trigrams,
        other.person_id,
        other.normalized_name,
        other.trigrams
    having count(*)::numeric / (one.trigrams + other.trigrams - count(*)) >= {{ lowest_similarity }}

),

final as (

    select
        pairs.*,
        array(
            select transponder.number
            from unnest(one.transponders) as transponder (number)
            where transponder.number = any(other.transponders)
            order by transponder.number
        ) as shared_transponders
    from pairs
    inner join names as one
        on
            pairs.track_slug = one.track_slug
            and pairs.person_id = one.person_id
            and pairs.normalized_name = one.normalized_name
    inner join names as other
        on
            pairs.track_slug = other.track_slug
            and pairs.other_person_id = other.person_id
            and pairs.other_normalized_name = other.normalized_name

)

select * from final
