{#
    Hooks of `race_drivers`. A driver is touched by every change of one of its sessions, and stays so until a run has
    finished: when a run is cut short, the drivers that it has written, and those that it has taken sessions from, are
    known to the next one even if the raw pages have changed back since.
#}
{% macro note_drivers_so_far(touched_drivers, sessions, race_drivers) -%}
    {%- if not is_verification() -%}
        insert into {{ touched_drivers }} (driver_id, source_driver_id)
        select
            race_drivers.driver_id,
            race_drivers.source_driver_id
        from {{ race_drivers }} as race_drivers
        inner join {{ sessions }} as sessions on race_drivers.race_id = sessions.race_id
        except
        select
            driver_id,
            source_driver_id
        from {{ touched_drivers }}
    {%- endif -%}
{%- endmacro %}


{# A driver whose last session has moved to another identity goes with it, in the same transaction. #}
{% macro delete_drivers_without_sessions(drivers, race_drivers) -%}
    {%- if not is_verification() -%}
        delete from {{ drivers }} as drivers
        where
            {{ is_rebuilt('drivers') }}
            and not exists (select from {{ race_drivers }} as race_drivers where race_drivers.driver_id = drivers.id)
    {%- endif -%}
{%- endmacro %}
