{# A wall-clock timestamp as text for JSON: `2025-10-25T14:50:17`. #}
{% macro iso_text(timestamp) -%}
    to_char({{ timestamp }}, 'YYYY-MM-DD"T"HH24:MI:SS')
{%- endmacro %}
