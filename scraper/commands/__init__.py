"""One module per command, each with `run(config) -> exit status`; `scraper/__main__.py` lists them."""
