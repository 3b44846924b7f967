{# A condition holds for every row for which it can be told. #}
{% test holds(model, condition) %}

select * from {{ model }}
where not ({{ condition }})

{% endtest %}
