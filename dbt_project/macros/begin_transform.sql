{#
    At the start of every run, whatever it runs: what `make transform` has noted of the last one (scraper/transform/up_to_date.py)
    holds no longer. A run that is killed, or is none of all models, thus leaves nothing that says all is done.

    A run with --full-refresh puts every day on the work list first. If it is killed, or is none of all models, what it
    has left of the final tables is derived again by the next run.
#}
{% macro begin_transform() -%}
    update intermediate.transforms set project = null
    where invocation_id = (select invocation_id from intermediate.transforms order by ended_at desc limit 1);
    {%- if is_full() and not is_verification() and flags.WHICH in ('run', 'build') %}
    insert into raw.work_list (track_slug, page_kind, page_key)
    select track_slug, 'list', practice_date::text from raw.practice_lists
    except
    select track_slug, page_kind, page_key from raw.work_list;
    {%- endif %}
{%- endmacro %}
