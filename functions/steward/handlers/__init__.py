"""What Lambda calls: one module per function, each states the adapters that it uses and calls one step."""
