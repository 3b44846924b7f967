{#
    Whether a transponder number can be a real one. Placeholders that drivers enter to fill the field are not: one digit
    repeated (`0`, `0000000`, `9999999`) or digits counted up from 1 (`123`, `1234567`). False for null.
#}
{% macro is_real_transponder(transponder) -%}
    coalesce({{ transponder }} !~ '^(.)\1*$' and strpos('1234567890', {{ transponder }}) != 1, false)
{%- endmacro %}
