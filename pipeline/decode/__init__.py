"""Decoding an upload in a child process of its own.

The parent: `child` starts the process and reads its reports; `limits`, `refusals`, `foreign` and `files` belong to it.
`wall_check` tries on a machine whether a child can be confined.

The child: `program` is its main function and `sandbox` drops its rights. `recordings` finds where recordings begin in
the upload, each of them a `part`; `chunks`, `boxes` and `mpeg_audio` know how containers are written. `container` opens
one by the lists in `formats` and finds its audio stream, `time_zero` finds where its clock starts, and `declared` how
long it says it is. `resampling` converts the frames to one rate and channel and writes them.
"""
