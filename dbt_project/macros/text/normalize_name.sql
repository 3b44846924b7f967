{#
    A name in the form in which names are compared: Unicode-folded, lower case, no punctuation or extra spaces, words sorted.
    `Rosander, Greg` and `GREG  ROSANDER` are `greg rosander`; `José` is `jose`; `O'Neil` is `oneil`; `Þór` is `thor`. Null if
    nothing remains. scraper/names.py does the same in Python.

    Invisible marks (joiners, direction, accents, soft hyphens), apostrophes, middle dots and full stops are removed; other
    punctuation separates words. The result has at most 500 characters of at most four bytes, because an index takes no more
    and a name of 10 kB must not fail the run. Ranges are explicit, because classes such as [:alnum:] depend on the collation.
#}
{% macro normalize_name(name) -%}
    (
        select left(string_agg(words.word, ' ' order by words.word collate "C"), 500)
        from regexp_split_to_table(
            regexp_replace(
                regexp_replace(
                    {{ fold_letters(name) }},
                    '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'
                    '\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff'
                    '''`´.\u00b7\u02b9-\u02bf\u2018-\u201b\u2032]',
                    '', 'g'
                ),
                '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3003\u3008-\u301f]+', ' ', 'g'
            ),
            ' '
        ) as words (word)
        where words.word != ''
    )
{%- endmacro %}


{#
    A text in lower case, with letters separated from their accents (Unicode's compatibility decomposition), and letters that do
    not decompose spelled out. Letter by letter only for a text that is not ASCII: few names.
#}
{% macro fold_letters(text) -%}
    case
        when octet_length({{ text }}) = length({{ text }}) then lower({{ text }})
        else (
            select string_agg(coalesce('{{ folded_letters() }}'::jsonb ->> letters.letter, letters.letter), '' order by letters.place)
            from regexp_split_to_table(lower(normalize({{ text }}, nfkd)), '') with ordinality as letters (letter, place)
        )
    end
{%- endmacro %}


{# Whether a driver's text is a name. The site prints `Unknown Driver` for drivers without a name. #}
{% macro is_name(text) -%}
    coalesce(lower({{ text }}), 'unknown driver') != 'unknown driver'
{%- endmacro %}


{#
    Whether a normalized name is a shared label, as it is or with a number: `Guest 2`, `RENTAL #3`. Needs the CTE
    `shared_labels`. scraper/seeds/changes.py has the same rule.
#}
{% macro is_shared_label(normalized_name) -%}
    {{ label_names(normalized_name) }} && array(select shared_labels.normalized_name from shared_labels)
{%- endmacro %}


{# The labels that a normalized name can be: the name, and the name without a number. #}
{% macro label_names(normalized_name) -%}
    array[{{ normalized_name }}, btrim(regexp_replace({{ normalized_name }}, '[0-9]+', ''))]
{%- endmacro %}
