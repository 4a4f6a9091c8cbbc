"""Scripts as text: taken apart, never run."""
