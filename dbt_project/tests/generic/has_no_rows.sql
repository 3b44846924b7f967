{# A model that lists what is wrong is empty. #}
{% test has_no_rows(model) %}

select * from {{ model }}

{% endtest %}
