"""The table widgets that people show a frame with instead, installed apart and measured beside the product."""
