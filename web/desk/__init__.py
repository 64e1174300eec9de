"""What producers do: who may, what they send, what goes on at the desk."""
