{#
    The list prints class and transponder as one text: `1/8 Buggy (Sportsman) (9000013)`. The transponder is the last group in
    parentheses: up to twenty digits, because an index cannot hold thousands, and sometimes a suffix as in `2222363/2`; or a
    word that says that there is none, as in `Open (N/A)`. `4WD (Mod)` and `Open Practice` have no such group.
#}
{%- macro transponder_group() -%}
    '[(]([0-9]{1,20}(?:/[0-9]{1,20})?|n[./]?a[.]?|none|null|nil|unknown|no transponder|[-–—?.]*)[)]$'
{%- endmacro -%}


{% macro class_of(text) -%}
    nullif(btrim(regexp_replace({{ text }}, {{ transponder_group() }}, '', 'i')), '')
{%- endmacro %}


{# The list's text for the transponder, whether or not it is one. #}
{% macro transponder_text_of(text) -%}
    nullif(substring({{ text }} from '(?i)' || {{ transponder_group() }}), '')
{%- endmacro %}


{#
    The transponder from its text on the list or on the session page. Null for a text without a digit (`N/A`, `None`, `-`) and
    for numbers that stand for no transponder: one digit repeated (`0`, `0000000`, `9999999`) or digits counted up from 1
    (`123`, `1234567`). They are nobody's, so sessions with one would be runs of one driver. Null also for a text that is longer
    than any transponder, since it would not fit into an index, and for one that looks like the identity of a session without
    a transponder.
#}
{% macro parse_transponder(text) -%}
    case
        when
            length({{ text }}) <= 64
            and {{ text }} ~ '[0-9]'
            and {{ text }} !~ '^(.)\1*$'
            and strpos('1234567890', {{ text }}) != 1
            and {{ text }} not like 'practice~_session~_%' escape '~'
            then {{ text }}
    end
{%- endmacro %}
