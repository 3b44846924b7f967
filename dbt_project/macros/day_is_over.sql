{# Whether a day was over everywhere on earth at a moment: its midnight has passed at UTC-12. Null if either is null. #}
{% macro day_is_over(practice_date, moment) -%}
    ({{ moment }} >= ({{ practice_date }} + 1)::timestamp at time zone interval '-12 hours')
{%- endmacro %}
