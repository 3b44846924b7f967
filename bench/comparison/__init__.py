"""Processor seconds of this checkout against another one on equal data, for `make bench BENCH_AGAINST=<folder>`."""
