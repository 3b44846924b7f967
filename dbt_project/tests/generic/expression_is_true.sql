{#
    The expression is not false for any row; a row for which it is null passes. With `rows: batch` it reads what macro
    `rows_to_test` returns.
#}
{% test expression_is_true(model, expression, rows='all') %}

select * from {{ rows_to_test(model) if rows == 'batch' else model }} as tested_rows
where not ({{ expression }})

{% endtest %}
