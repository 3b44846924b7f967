"""A site in the structure of LiveRC with invented practice days: generated, rendered and served on loopback.

``Season.generate()`` makes the days and ``SampleSite`` serves them. It shares only the page contract with the crawler.
"""
