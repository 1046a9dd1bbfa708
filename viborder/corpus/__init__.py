"""Raw texts become documents."""
