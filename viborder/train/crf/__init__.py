"""The default tagger: a linear-chain CRF that weighs the grammar's proposals, learned in seconds and decoded in
numpy.
"""
