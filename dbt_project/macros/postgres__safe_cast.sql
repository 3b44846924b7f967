{#
    dbt casts the values of unit tests to the types of information_schema, which says `ARRAY` for every array. All arrays of
    this project are `text[]`.
#}
{% macro postgres__safe_cast(field, type) -%}
    cast({{ field }} as {{ 'text[]' if type | upper == 'ARRAY' else type }})
{%- endmacro %}
