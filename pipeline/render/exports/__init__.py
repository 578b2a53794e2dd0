"""The recap in other formats than PDF: documents, subtitles and data. Each format is a file of its own."""
