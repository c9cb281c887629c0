"""通办沙箱速递: a courier that exists in the sandbox only, moves parcels by the clock, and can fail."""
