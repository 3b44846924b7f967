{#
    Seconds from the formats of the site: `42.996`, `55`, `1:05.340`, `8:28`, `0:00`, `1:02:33`, `1,234.567`. Null for
    anything else: `--`, `1,234`, which may be a decimal comma, `0x10`, `NaN`, `-3`, a blank. The number of digits is limited,
    so that no text overflows the type.
#}
{% macro parse_seconds(text) -%}
    case
        when {{ text }} ~ '^[0-9]{1,5}([.][0-9]{1,6})?$'
            then {{ text }}::numeric
        when {{ text }} ~ '^[0-9]{1,4}:[0-5][0-9]([.][0-9]{1,6})?$'
            then split_part({{ text }}, ':', 1)::numeric * 60 + split_part({{ text }}, ':', 2)::numeric
        when {{ text }} ~ '^[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?$'
            then
                split_part({{ text }}, ':', 1)::numeric * 3600
                + split_part({{ text }}, ':', 2)::numeric * 60
                + split_part({{ text }}, ':', 3)::numeric
        when {{ text }} ~ '^[1-9][0-9]{0,1}[{{ thousands_separators() }}][0-9]{3}[.][0-9]{1,6}$'
            then regexp_replace({{ text }}, '[^0-9.]', '', 'g')::numeric
    end::numeric(12, 3)
{%- endmacro %}


{# The smallest number of seconds that `numeric(12, 3)` cannot hold: 31 years. The sum of a hostile page may reach it. #}
{% macro too_many_seconds() -%}
    1000000000
{%- endmacro %}
