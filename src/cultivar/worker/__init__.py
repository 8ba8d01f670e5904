"""What happens behind the requests."""
