{#
    The list prints class and transponder as one text: `1/8 Buggy (Sportsman) (1234567)`. The transponder is the last group in
    parentheses: up to twenty digits, because an index cannot hold thousands, and sometimes a suffix as in `2222363/2`.
    `4WD (Mod)` and `Open Practice` have no transponder.
#}
{% macro class_of(text) -%}
    nullif(btrim(regexp_replace({{ text }}, '[(]([0-9]{1,20}(?:/[0-9]{1,20})?)[)]$', '')), '')
{%- endmacro %}


{#
    The transponder from its cell on the session page. Null if the text is longer than any transponder, since it would not fit
    into an index, or if it looks like the identity of a session without a transponder.
#}
{% macro parse_transponder(text) -%}
    case when length({{ text }}) <= 64 and {{ text }} not like 'practice~_session~_%' escape '~' then {{ text }} end
{%- endmacro %}


{% macro transponder_of(text) -%}
    substring({{ text }} from '[(]([0-9]{1,20}(?:/[0-9]{1,20})?)[)]$')
{%- endmacro %}
