"""Readers and writers of documents. A path's ending names the format; `format=` does where it cannot."""
