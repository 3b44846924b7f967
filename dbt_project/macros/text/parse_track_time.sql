{#
    Seconds from `7 hours, 16 minutes, 45 seconds` or `1,100 hours`. Any part may be missing or in the singular. Null for
    anything else. The first number has at most five digits, so that no text overflows the type.
#}
{% macro parse_track_time(text) -%}
    case
        when
            {{ text }}
            ~ '^([0-9]{1,5}|[1-9][0-9]?[{{ thousands_separators() }}][0-9]{3}) (hour|minute|second)s?(, [0-9]{1,2} (minute|second)s?){0,2}$'
            then
                {{ number_before('hour', text) }} * 3600
                + {{ number_before('minute', text) }} * 60
                + {{ number_before('second', text) }}
    end
{%- endmacro %}


{# The number before a unit, 0 without it. What comes before the digits is the comma and the blank after another unit. #}
{% macro number_before(unit, text) -%}
    coalesce(
        regexp_replace(
            substring({{ text }} from '([0-9{{ thousands_separators() }}]+) {{ unit }}'), '[^0-9]', '', 'g'
        )::integer,
        0
    )
{%- endmacro %}
