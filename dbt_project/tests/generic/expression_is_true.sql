{# The expression is not false for any row; a row for which it is null passes. #}
{% test expression_is_true(model, expression) %}

select * from {{ model }}
where not ({{ expression }})

{% endtest %}
