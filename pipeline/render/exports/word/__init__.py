"""The recap as a Word document (.docx), made with python-docx."""
