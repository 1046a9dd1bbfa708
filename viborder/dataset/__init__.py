"""Gold becomes a dataset that `load_dataset` opens: Parquet, statistics, card."""
