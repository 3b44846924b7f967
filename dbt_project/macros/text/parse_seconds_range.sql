{# A range of seconds from `20 to 1:10` or `12.5 to 59.9`, as a JSON array of two numbers; null for anything else. #}
{% macro parse_seconds_range(text) -%}
    case
        when
            {{ parse_seconds("split_part(" ~ text ~ ", ' to ', 1)") }} is not null
            and {{ parse_seconds("split_part(" ~ text ~ ", ' to ', 2)") }} is not null
            and split_part({{ text }}, ' to ', 3) = ''
            then jsonb_build_array(
                trim_scale({{ parse_seconds("split_part(" ~ text ~ ", ' to ', 1)") }}),
                trim_scale({{ parse_seconds("split_part(" ~ text ~ ", ' to ', 2)") }})
            )
    end
{%- endmacro %}
