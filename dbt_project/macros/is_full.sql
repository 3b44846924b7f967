{#
    Whether this run re-derives everything, rather than what the work list names. Never while dbt parses: it keeps what it
    has parsed, and the next run, which is not full, would miss the `ref`s of its own branches.
#}
{% macro is_full() -%}
    {{ return(execute and flags.FULL_REFRESH) }}
{%- endmacro %}


{# Whether the table of this model stands from an earlier run, for a model that reads it. #}
{% macro has_been_built() -%}
    {{ return(execute and load_relation(this) is not none) }}
{%- endmacro %}


{# Whether this run only compares: nothing in `racing` is written, and differences are named. #}
{% macro is_verification() -%}
    {{ return(var('verify', false)) }}
{%- endmacro %}


{#
    How a model joins the stored table that its rows belong to: a row without its parent is not written, since no foreign
    key would take it. A verification does miss it.
#}
{% macro join_stored() -%}
    {{ 'left join' if is_verification() else 'inner join' }}
{%- endmacro %}
