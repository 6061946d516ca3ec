"""Mail in and out: SMTP, submission, LMTP, and the queue to other servers."""
