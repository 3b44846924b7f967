"""One module per command, with `run(config) -> exit status`; `scraper/__main__.py` lists them.

`status_queries.py` belongs to `status.py`.
"""
