{# A field of a page's payload as text. Null if the field is missing or blank. #}
{% macro page_text(field, payload='payload') -%}
    {{ text_or_null(payload ~ " ->> '" ~ field ~ "'") }}
{%- endmacro %}


{# A text without surrounding spaces. Null if nothing remains. #}
{% macro text_or_null(text) -%}
    nullif(btrim({{ text }}), '')
{%- endmacro %}


{# The elements of a list in a payload as a set. Empty if the field is missing or not a list. #}
{% macro page_elements(field, payload='payload') -%}
    jsonb_array_elements(case when jsonb_typeof({{ payload }} -> '{{ field }}') = 'array' then {{ payload }} -> '{{ field }}' end)
{%- endmacro %}
