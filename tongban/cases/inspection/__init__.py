"""What a file handed in as a paper really is; one module per kind, and the malware scanner."""
