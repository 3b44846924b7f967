"""The final schema and what analysts built on it, as Parquet files: one folder per table, one file per practice day."""
