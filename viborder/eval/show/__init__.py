"""Scores for people: tables for the terminal, the report page, the published figures."""
