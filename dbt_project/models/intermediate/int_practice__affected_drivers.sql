{{ config(materialized='batch_table') }}

-- Who has a session of the batch now, and who had one before. The second part includes the drivers of batches that were
-- not settled: see scraper/transform/batches.py.
select driver_id from {{ ref('int_practice__driver_identities') }}
union distinct
select driver_id from {{ source('transform', 'affected_drivers') }}
