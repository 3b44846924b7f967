{#
    Seconds from `7 hours, 16 minutes, 45 seconds`. Any part may be missing or in the singular. Null for anything else.
#}
{% macro parse_track_time(text) -%}
    case
        when {{ text }} ~ '^[0-9]{1,6} (hour|minute|second)s?(, [0-9]{1,2} (minute|second)s?){0,2}$'
            then
                coalesce(substring({{ text }} from '([0-9]+) hour')::integer, 0) * 3600
                + coalesce(substring({{ text }} from '([0-9]+) minute')::integer, 0) * 60
                + coalesce(substring({{ text }} from '([0-9]+) second')::integer, 0)
    end
{%- endmacro %}
