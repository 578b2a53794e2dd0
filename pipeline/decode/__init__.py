"""Decoding an upload in a child process of its own.

The parent: `child` starts the process and reads its reports, `limits`, `refusals` and `files` belong to it. The child:
`program` is its main function, `sandbox` drops its rights, `container` opens the file and finds its audio stream, and
`resampling` converts the frames to one rate and channel and writes them.
"""
