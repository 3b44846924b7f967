{#
    The date of a year, a month and a day from 1 to 31. Null if it does not exist (30 February) or a part is null. `make_date`
    would fail for such a date, so this adds days to the first of the month and checks that the month is still the same.
#}
{% macro existing_date(year, month, day) -%}
    case
        when extract(month from make_date({{ year }}, {{ month }}, 1) + ({{ day }} - 1)) = {{ month }}
            then make_date({{ year }}, {{ month }}, 1) + ({{ day }} - 1)
    end
{%- endmacro %}


{# A date from `2025-10-25`; null for anything else. Days up to 28 exist in every month, so they need no check. #}
{% macro parse_iso_date(text) -%}
    case
        when {{ text }} ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$' then {{ text }}::date
        when {{ text }} ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
            then {{ existing_date(
                "substr(" ~ text ~ ", 1, 4)::integer",
                "substr(" ~ text ~ ", 6, 2)::integer",
                "substr(" ~ text ~ ", 9, 2)::integer"
            ) }}
    end
{%- endmacro %}


{# A date from `October 25, 2025 (Saturday)`; null for anything else. Text after the year is ignored. #}
{% macro parse_long_date(text) -%}
    {%- set months -%}
        array[
            'January', 'February', 'March', 'April', 'May', 'June',
            'July', 'August', 'September', 'October', 'November', 'December'
        ]
    {%- endset -%}
    case
        when {{ text }} ~ '^[A-Z][a-z]+ (0?[1-9]|[12][0-9]|3[01]), [12][0-9]{3}( |$)'
            then {{ existing_date(
                "split_part(" ~ text ~ ", ' ', 3)::integer",
                "array_position(" ~ months ~ ", split_part(" ~ text ~ ", ' ', 1))",
                "rtrim(split_part(" ~ text ~ ", ' ', 2), ',')::integer"
            ) }}
    end
{%- endmacro %}


{# A time of day from `2:43:27pm` or `14:44:10`; null for anything else. #}
{% macro parse_clock(text) -%}
    case
        when
            {{ text }} ~ '^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$'
            or {{ text }} ~* '^(0?[1-9]|1[0-2]):[0-5][0-9]:[0-5][0-9] ?[ap]m$'
            then {{ text }}::time
    end
{%- endmacro %}


{# A wall-clock timestamp from `2025-10-25 16:36:38`; null for anything else. #}
{% macro parse_timestamp(text) -%}
    case
        when split_part({{ text }}, ' ', 3) = ''
            then
                {{ parse_iso_date("split_part(" ~ text ~ ", ' ', 1)") }}
                + {{ parse_clock("split_part(" ~ text ~ ", ' ', 2)") }}
    end
{%- endmacro %}
