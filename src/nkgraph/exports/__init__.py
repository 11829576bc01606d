"""Exports: the built graph in forms that others read. No export holds a quotation."""
