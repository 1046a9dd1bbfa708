"""Gold and predictions become counts, a row a document or sentence and type; every score is a ratio of their sums."""
