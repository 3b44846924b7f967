{#
    Wall clocks are set forward and back by an hour, in Lord Howe by half an hour. When a clock is set back it shows some times
    twice; a session that crosses the change may end at an earlier time than it began. The length of a session decides.
#}


{#
    Days from the date of the start to that of the end, which the page prints without a date. The length of the session decides:
    the printed clocks differ from it by the site's timeout and a change of the clock, which is far from a day. Without a length,
    an end before the start is past midnight.
#}
{% macro days_until_end(start_clock, end_clock, length_seconds) -%}
    greatest(
        coalesce(
            round(({{ length_seconds }} - extract(epoch from {{ end_clock }} - {{ start_clock }})) / 86400)::integer,
            ({{ end_clock }} < {{ start_clock }})::integer
        ),
        0
    )
{%- endmacro %}


{#
    The instant of a wall-clock time: of the two that a clock shows twice the one nearer to `expected`, an instant; the later
    one (standard time) where nothing is expected. Null without a time zone. A time that the clock skips counts on from before.
#}
{% macro instant_near(wall_clock, time_zone, expected) -%}
    {%- set earlier -%}
        (({{ wall_clock }} - interval '3 hours') at time zone {{ time_zone }} + interval '3 hours')
    {%- endset -%}
    {%- set later -%}
        (({{ wall_clock }} + interval '3 hours') at time zone {{ time_zone }} - interval '3 hours')
    {%- endset -%}
    case
        when
            {{ earlier }} at time zone {{ time_zone }} = {{ wall_clock }}
            and {{ expected }} - {{ earlier }} < {{ later }} - {{ expected }}
            then {{ earlier }}
        when {{ later }} at time zone {{ time_zone }} = {{ wall_clock }} then {{ later }}
        else {{ wall_clock }} at time zone {{ time_zone }}
    end
{%- endmacro %}
