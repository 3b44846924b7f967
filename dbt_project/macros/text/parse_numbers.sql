{#
    An integer from `487`, `1,100`, `1.100`, `1'100` or `1 100`; null for anything else. At most nine digits. The thousands
    are all separated by the same character, or none is. `read_count` of the page objects reads the same texts.
#}
{% macro parse_integer(text) -%}
    case
        when {{ text }} ~ '^[0-9]{1,9}$' then {{ text }}::integer
        when {{ text }} ~ '^[1-9][0-9]{0,2}([{{ thousands_separators() }}.])[0-9]{3}(\1[0-9]{3})?$'
            then regexp_replace({{ text }}, '[^0-9]', '', 'g')::integer
    end
{%- endmacro %}


{# The characters that separate thousands and no decimals, for a regular expression: blanks of every width among them. #}
{% macro thousands_separators() -%}
    ,''’ \u00a0\u2009\u202f
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
