{# The model has no rows: for models that list errors. #}
{% test is_empty(model) %}

select * from {{ model }}

{% endtest %}
