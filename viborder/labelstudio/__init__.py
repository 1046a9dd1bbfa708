"""The annotators' day in Label Studio: server, interface, push, pull, status, and the backend that suggests and
learns.
"""

LONGEST = 10_000  # code points that a browser is shown at once; annotations/GUIDE.md says how long it takes for them
