"""What flows between the stages, and what users keep."""
