"""What API and pages read: selects on `analytics` and `racing`, one function for each thing that is asked for.

Every function takes a connection with the rights of readers. Its rows are dictionaries by the fields of the class
beside it, which the API answers with. What is not stored is a Refusal.
"""
