"""What test_fuzz.py runs: models to start from, ways to spoil them, and a judge."""
