"""Export `racing` and `analytics` to Parquet: one folder per table, one file per practice day."""
