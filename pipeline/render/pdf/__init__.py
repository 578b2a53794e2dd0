"""The recap as a PDF, drawn by reportlab. `document` has the whole of it."""
