"""The web server of the service: the API over the models of `analytics` and over the jobs."""
