"""A model applied to texts: files, bulk, several processes, Ray."""
