"""What the service shows of its work: log lines, metrics, spans. Never facts, never secrets."""
