"""What kind of error each span is, which errors recur, and gold spans that models doubt."""
