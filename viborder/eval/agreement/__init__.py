"""How far annotators agree, and where they do not."""
