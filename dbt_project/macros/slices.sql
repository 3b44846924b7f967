{#
    A run takes so many days, whole ones: as many as have `sessions_at_once` sessions between them. What is left stays on the
    work list for the next run, so that memory and disk of a run are bounded, and a kill loses one run's work at most.
    `make transform` runs until nothing is left. A run with --full-refresh takes all days at once.
#}
{% macro sessions_at_once() -%}
    {{ "'Infinity'::numeric" if is_full() else env_var('DBT_SESSIONS_AT_ONCE', '100000') | int }}
{%- endmacro %}


{# How many lists a run opens to count their sessions. #}
{% macro days_at_once() -%}
    {{ "'Infinity'::numeric" if is_full() else 2500 }}
{%- endmacro %}


{% macro takes_all_days() -%}
    {{ return(is_full() or is_verification()) }}
{%- endmacro %}


{# A verification goes through all days in their order, and is told after which it is to go on. #}
{% macro is_after_verified_day(practice_date, track_slug) -%}
    to_char({{ practice_date }}, 'YYYY-MM-DD ') || {{ track_slug }} > '{{ env_var('DBT_VERIFIED_DAY', '') }}' collate "C"
{%- endmacro %}
