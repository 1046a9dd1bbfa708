"""What people mark in documents is checked and brought together."""
