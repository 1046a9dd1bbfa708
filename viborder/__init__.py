"""Vietnamese named-entity recognition for police and border news."""

__version__ = "0.1.0"
