"""How far a score would move: bootstrap intervals, paired differences, significance."""
