{#
    No two rows share the values of these columns: the grain of a model whose key has several columns. With `rows: batch`
    it reads what macro `rows_to_test` returns.
#}
{% test unique_combination_of_columns(model, combination_of_columns, rows='all') %}

select {{ combination_of_columns | join(', ') }}
from {{ rows_to_test(model) if rows == 'batch' else model }} as tested_rows
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1

{% endtest %}
