"""Time-stamp authorities (RFC 3161): one over HTTP, and one of the sandbox that openssl plays."""
