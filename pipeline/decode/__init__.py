"""What runs in the child process that reads an upload, and nowhere else. `pipeline.audio` starts it.

`program` is the child's main function, `sandbox` what it gives up first, `container` opens the file and finds its
sound, `sound` brings frames to one rate and channel and writes them.
"""
