{#
    A name as identity compares it: Unicode-folded, lower case, punctuation and surplus space gone, words sorted.
    `Rosander, Greg` and `GREG  ROSANDER` are `greg rosander`; `José` is `jose`; `O'Neil` is `oneil`.
    Null where nothing is left.

    Decomposition separates accents from letters; what stays one letter with a stroke, or is two in one, is spelt out.
    Marks that nobody sees (joiners, direction, accents), apostrophes and full stops vanish; other punctuation separates words.
    Cut at 500 characters, four bytes each at most: an index takes no more, and a name of 10 kB must not stop the run.
    Ranges are written out: character classes such as [:alnum:] mean something else under every collation.
#}
{% macro normalize_name(name) -%}
    (
        select left(string_agg(words.word, ' ' order by words.word collate "C"), 500)
        from regexp_split_to_table(
            regexp_replace(
                regexp_replace(
                    replace(replace(replace(
                        translate(lower(normalize({{ name }}, nfkd)), 'øđłð', 'odld'),
                        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
                    '[\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff''’‘ʼ`´.]', '', 'g'
                ),
                '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3003\u3008-\u301f]+', ' ', 'g'
            ),
            ' '
        ) as words (word)
        where words.word != ''
    )
{%- endmacro %}


{# Whether a driver's text names somebody: the site prints `Unknown Driver` where it knows nobody. #}
{% macro is_name(text) -%}
    coalesce(lower({{ text }}), 'unknown driver') != 'unknown driver'
{%- endmacro %}
