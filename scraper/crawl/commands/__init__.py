"""Commands of `scrapy` that this project replaces; named by the setting COMMANDS_MODULE."""
