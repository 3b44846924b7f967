{#
    The list prints class and transponder as one text: `1/8 Buggy (Sportsman) (1234567)`. The transponder is the last
    parenthesised group, digits, a few like `2222363/2`; at most twenty of them, for no index takes thousands. `4WD (Mod)` and `Open Practice` are classes alone.
#}
{% macro class_of(text) -%}
    nullif(btrim(regexp_replace({{ text }}, '[(]([0-9]{1,20}(?:/[0-9]{1,20})?)[)]$', '')), '')
{%- endmacro %}


{#
    A transponder from the session page's own cell. What is longer than any transponder would not fit an index, and what
    looks like the identity of a session without transponder would be taken for it: both are null.
#}
{% macro parse_transponder(text) -%}
    case when length({{ text }}) <= 64 and {{ text }} not like 'practice~_session~_%' escape '~' then {{ text }} end
{%- endmacro %}


{% macro transponder_of(text) -%}
    substring({{ text }} from '[(]([0-9]{1,20}(?:/[0-9]{1,20})?)[)]$')
{%- endmacro %}
