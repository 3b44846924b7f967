{# An integer from one to nine digits; null for anything else. #}
{% macro parse_integer(text) -%}
    case when {{ text }} ~ '^[0-9]{1,9}$' then {{ text }}::integer end
{%- endmacro %}


{# Whether a text is a session number of LiveRC. False for null. #}
{% macro is_session_id(text) -%}
    coalesce({{ text }} ~ '^[0-9]{1,18}$', false)
{%- endmacro %}


{#
    A percentage from `94.695%`; null for anything else. It may be negative: consistency is 100 (1 - sigma/mean), and the
    standard deviation of a few laps can exceed their mean.
#}
{% macro parse_percentage(text) -%}
    case when {{ text }} ~ '^-?[0-9]{1,3}([.][0-9]{1,3})?%$' then rtrim({{ text }}, '%')::numeric end::numeric(6, 3)
{%- endmacro %}
