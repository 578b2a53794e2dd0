"""The product from the upload to the PDF."""
