"""What users own and how far each job is: the truth that web server and workers share."""

"""What users own and how far each job is: the truth that web server and workers share."""
