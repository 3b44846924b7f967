{# A field of a page's payload as text; null when the page has no such field or leaves it blank. #}
{% macro page_text(field, payload='payload') -%}
    {{ text_or_null(payload ~ " ->> '" ~ field ~ "'") }}
{%- endmacro %}


{# A text without space around it; null where that leaves nothing. #}
{% macro text_or_null(text) -%}
    nullif(btrim({{ text }}), '')
{%- endmacro %}


{# The elements of a payload's list, as a set; empty when the payload has none, or something else in its place. #}
{% macro page_elements(field, payload='payload') -%}
    jsonb_array_elements(case when jsonb_typeof({{ payload }} -> '{{ field }}') = 'array' then {{ payload }} -> '{{ field }}' end)
{%- endmacro %}
