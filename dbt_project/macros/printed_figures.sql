{#
    The figures in the panels of a list page, as a set of rows in brackets. One row per printed figure of the day, or of a class.
    `panels`: SQL of the page's own panels (`siteStats`), as JSONB. `site_value` is the printed text in one spelling; null if
    it is not understood. A statistic with an unknown label is a figure that is not understood if it has a digit. A driver's
    name is compared as names are, so that is its spelling.
#}
{% macro printed_figures(panels) -%}
{%- set stats = panels ~ " -> 'stats'" -%}
{%- set of_day = {
    'laps': ('total_laps', parse_integer),
    'track time': ('total_track_time', parse_track_time),
    'drivers': ('unique_drivers', parse_integer),
    'classes': ('unique_classes', parse_integer),
    'first start': ('first_session', parse_clock),
    'last start': ('last_session', parse_clock),
} -%}
(
    select
        'statistics' as panel,
        null::text as class_name,
        statistic.figure,
        statistic.printed,
        statistic.site_value
    from (
        values
        {% for figure, (label, parse) in of_day.items() -%}
            (
                '{{ figure }}',
                {{ page_text(label, stats) }},
                ({{ parse(page_text(label, stats)) }})::text
            ){{ ',' if not loop.last }}
        {% endfor %}
    ) as statistic (figure, printed, site_value)
    where statistic.printed is not null

    union all

    select
        'statistics' as panel,
        null::text as class_name,
        'unknown statistic ' || replace(unknown.label, '_', ' ') as figure,
        unknown.printed,
        null::text as site_value
    from jsonb_each_text(
        case when jsonb_typeof({{ stats }}) = 'object' then {{ stats }} end
        {%- for label, _ in of_day.values() %} - '{{ label }}'{% endfor %}
    ) as unknown (label, printed)
    where unknown.printed ~ '[0-9]'

    union all

    select
        'laps by class' as panel,
        coalesce({{ page_text('label', 'element.payload') }}, 'a class without a name') as class_name,
        'laps' as figure,
        {{ page_text('laps', 'element.payload') }} as printed,
        ({{ parse_integer(page_text('laps', 'element.payload')) }})::text as site_value
    from {{ page_elements('laps_by_class', panels) }} as element (payload)

    union all

    -- The first row, Overall Fastest, repeats the row of a class.
    select
        'leaderboard' as panel,
        nullif(coalesce({{ page_text('label', 'element.payload') }}, 'a class without a name'), 'Overall Fastest')
            as class_name,
        'best lap' as figure,
        {{ page_text('time', 'element.payload') }} as printed,
        ({{ parse_seconds(page_text('time', 'element.payload')) }})::text as site_value
    from {{ page_elements('leaderboard', panels) }} as element (payload)

    union all

    select
        'leaderboard' as panel,
        nullif({{ page_text('label', 'element.payload') }}, 'Overall Fastest') as class_name,
        'driver of the best lap' as figure,
        {{ page_text('driver', 'element.payload') }} as printed,
        {{ name_spelling(page_text('driver', 'element.payload')) }} as site_value
    from {{ page_elements('leaderboard', panels) }} as element (payload)
    where {{ page_text('driver', 'element.payload') }} is not null and {{ page_text('label', 'element.payload') }} is not null

    union all

    select
        'leaderboard' as panel,
        null::text as class_name,
        'class of the best lap' as figure,
        {{ page_text('class', 'element.payload') }} as printed,
        {{ page_text('class', 'element.payload') }} as site_value
    from {{ page_elements('leaderboard', panels) }} as element (payload)
    where
        {{ page_text('class', 'element.payload') }} is not null
        and {{ page_text('label', 'element.payload') }} = 'Overall Fastest'

    union all

    select
        'list' as panel,
        null::text as class_name,
        unknown.figure,
        unknown.printed,
        null::text as site_value
    from {{ unknown_figures(panels) }} as unknown
)
{%- endmacro %}


{# The figures that a page object does not read, by panel, as a set of rows in brackets. `page`: SQL of its payload. #}
{% macro unknown_figures(page) -%}
(
    select
        'unknown figures' || coalesce(' of ' || {{ page_text('panel', 'element.payload') }}, '') as figure,
        string_agg(element.payload ->> 'text', '; ' order by element.place) as printed
    from {{ page_elements('other_figures', page) }} with ordinality as element (payload, place)
    group by {{ page_text('panel', 'element.payload') }}
)
{%- endmacro %}


{# A driver's name in the form in which names are compared; a text without letters and digits stays as it is. #}
{% macro name_spelling(name) -%}
    coalesce({{ normalize_name(name) }}, {{ name }})
{%- endmacro %}
