{#
    A UUID made from a natural key, the same on every machine: RFC 9562 version 3 (MD5) in the project's namespace. In
    Python: `uuid.uuid3(UUID('6f1f0f0e-4c8b-5d0e-9a57-0c1d2e3f4a5b'), 'tracks|liverc|canberra')`.
    `table_name`: the table of the id; `key`: SQL expressions of the natural key, none of them null, joined by `|`.
    Only the last one may contain a `|`; otherwise two keys could be equal as text.
#}
{% macro natural_uuid(table_name, key) -%}
    {%- set digest -%}
        md5('\x6f1f0f0e4c8b5d0e9a570c1d2e3f4a5b'::bytea || convert_to('{{ table_name }}|' || {{ key | join(" || '|' || ") }}, 'UTF8'))
    {%- endset -%}
    (
        substr({{ digest }}, 1, 12) || '3' || substr({{ digest }}, 14, 3)
        || translate(substr({{ digest }}, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab') || substr({{ digest }}, 18)
    )::uuid
{%- endmacro %}
