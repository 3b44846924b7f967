{#
    The list prints class and transponder as one text: `1/8 Buggy (Sportsman) (9000013)`. The last group in parentheses is the
    transponder's text if it
    - is a number of up to twenty digits, because an index cannot hold thousands, sometimes with a suffix as in `2222363/2`
      (`1/8` is a scale);
    - has five digits in a row, whatever stands around them, as in `RC4 7000012`: no class has such a number;
    - says that there is none, as in `Open (N/A)`, `Open (#N/A)`, `Open (TBD)`, or names one that is lent, as in `Open (House 3)`.
    Any other group is part of the class: `4WD (Mod)`, `Nitro (A Main)`, `Stock (17.5)`, `Buggy (4WD)`.
#}
{%- macro transponder_group() -%}
    '[(]\s*('
    '[0-9]{1,20}|[0-9]{5,20}/[0-9]{1,20}|[^()]*[0-9]{5}[^()]*'
    '|#?n[./]?a[.]?|none|null|nil|unknown|tb[acd]|no (?:transponder|chip|number)|[-–—?.#]*'
    '|(?:house|rental|loaner|loan|hire|spare) *#? *[0-9]{1,4}'
    ')\s*[)]$'
{%- endmacro -%}


{% macro class_of(text) -%}
    nullif(btrim(regexp_replace({{ text }}, {{ transponder_group() }}, '', 'i')), '')
{%- endmacro %}


{# The list's text for the transponder, whether or not it is one. #}
{% macro transponder_text_of(text) -%}
    nullif(btrim(substring({{ text }} from '(?i)' || {{ transponder_group() }})), '')
{%- endmacro %}


{#
    The transponder from its text on the list or on the session page: a number of up to twenty digits, also with a suffix as
    in `2222363/2`, or else the only number of five digits or more in the text: `7000012` of `RC4 7000012`. Null for
    other texts (`N/A`, `TBD`, `House 3`), and for numbers that stand for no transponder: one digit repeated (`0`, `0000000`,
    `9999999`) or digits counted up from 1 (`123`, `1234567`). They are nobody's, so sessions with one would be runs of one
    driver. `transponder` in scraper/seeds/columns.py does the same.

    `unnest`, unlike a subquery, evaluates the text once.
#}
{% macro parse_transponder(text) -%}
    (
        select number.found
        from unnest(array[{{ text }}]) as cell (printed)
        cross join lateral unnest(array[
            case
                when cell.printed ~ '^([0-9]{1,20}|[0-9]{5,20}/[0-9]{1,20})$' then cell.printed
                when regexp_count(cell.printed, '[0-9]{5,}') = 1 then substring(cell.printed from '[0-9]{5,}')
            end
        ]) as number (found)
        where
            length(number.found) <= 41
            and number.found !~ '^(.)\1*$'
            and strpos('1234567890', number.found) != 1
    )
{%- endmacro %}
