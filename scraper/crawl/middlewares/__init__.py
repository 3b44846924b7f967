"""Downloader middlewares: which requests are sent, when, and how often."""
