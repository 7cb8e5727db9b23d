"""Run the examples of the gallery: one, all of them, and as a reader downloads them."""
