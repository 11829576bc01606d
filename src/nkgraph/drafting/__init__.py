"""Drafts: claims proposed from a text, to be reviewed; and how good they are, measured."""
