{#
    A name in the form in which names are compared: Unicode-folded, lower case, no punctuation or extra spaces, words sorted.
    `Rosander, Greg` and `GREG  ROSANDER` are `greg rosander`; `José` is `jose`; `O'Neil` is `oneil`. Null if nothing remains.

    Unicode decomposition separates accents from letters. Letters with a stroke and ligatures do not decompose and are
    replaced. Invisible marks (joiners, direction, accents), apostrophes and full stops are removed; other punctuation
    separates words. The result has at most 500 characters of at most four bytes, because an index takes no more and a name
    of 10 kB must not fail the run. Ranges are explicit, because classes such as [:alnum:] depend on the collation.
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


{# Whether a driver's text is a name. The site prints `Unknown Driver` for drivers without a name. #}
{% macro is_name(text) -%}
    coalesce(lower({{ text }}), 'unknown driver') != 'unknown driver'
{%- endmacro %}
