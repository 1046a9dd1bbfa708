"""Other tools' numbers, to the last digit."""
