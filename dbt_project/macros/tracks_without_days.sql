{#
    Post-hook of `events`: a track without a day on record is none that the raw pages know. Only a full run, which has all
    days, can meet one: a row that was put in by hand.
#}
{% macro delete_tracks_without_days(tracks, events) -%}
    {%- if is_full() and not is_verification() -%}
        delete from {{ tracks }} as tracks
        where not exists (select from {{ events }} as events where events.track_id = tracks.id)
    {%- endif -%}
{%- endmacro %}
