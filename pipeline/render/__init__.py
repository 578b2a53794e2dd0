"""The PDF of a recap."""
