"""What is said at the airline's service desk."""
