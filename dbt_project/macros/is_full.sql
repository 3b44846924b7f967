{# Whether this run re-derives everything, rather than what the work list names. #}
{% macro is_full() -%}
    {{ return(flags.FULL_REFRESH) }}
{%- endmacro %}


{# Whether the table of this model stands from an earlier run, for a model that reads it. #}
{% macro has_been_built() -%}
    {{ return(execute and load_relation(this) is not none) }}
{%- endmacro %}


{# Whether this run only compares: nothing in `racing` is written, and a difference is an error. #}
{% macro is_verification() -%}
    {{ return(var('verify', false)) }}
{%- endmacro %}
