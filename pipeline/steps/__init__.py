"""The four steps of a job, from the upload to the PDF; a queue runs them one by one.

prepare      upload -> 16 kHz samples
listen       samples -> speech windows, words, speakers, transcript
summarize    transcript -> summary and recap; a rewrite begins here
render       recap -> PDF
"""
