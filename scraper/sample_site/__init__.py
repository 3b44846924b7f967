"""A LiveRC-shaped site of invented practice days: generated, rendered, served on loopback, its truth as plain rows.

``Season.generate()`` makes the days, ``SampleSite`` serves them (and misbehaves on request), ``expected_rows`` says
what schema ``racing`` must hold once they have been crawled. The only thing shared with the crawler is the contract.
"""
