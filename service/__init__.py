"""The service: an API, pages, jobs and a schedule, over the same crawl and the same transform as the commands."""
