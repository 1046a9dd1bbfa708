"""The annotators' day in Label Studio: server, interface, push, pull, status, and the backend that suggests and
learns.
"""
