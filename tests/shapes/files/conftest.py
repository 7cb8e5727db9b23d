"""What pytest leaves alone here."""

collect_ignore = ["hostile_inputs.py", "keras2_models.py"]  # scripts, run by tests
