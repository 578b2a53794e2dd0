"""The containers and audio codecs that are read. docs/formats.md lists them for users.

A container may be added if libavformat's demuxer for it reads nothing but the file itself. Playlists, `concat`, DASH,
HLS, SDP, image sequences and AviSynth scripts name other files, so they stay out; MOV can name one too (`dref`), which
libavformat ignores unless it is told otherwise.
"""

from __future__ import annotations

# By the names of libavformat's demuxers.
CONTAINERS = (
    "wav w64 aiff au caf "  # uncompressed, mostly; "wav" is RF64 and BW64 too
    "mp3 aac amr flac wv tta ac3 eac3 "  # one codec each; "mp3" is MP1 and MP2 too
    "voc nistsphere "  # Creative Voice, NIST SPHERE
    "ogg matroska webm mov asf avi flv "  # "mov" is MP4, M4A, 3GP and 3G2 too, "asf" is WMA and WMV
    "mpeg mpegts mxf dv"  # VOB and MPG; TS, MTS and M2TS; camcorders
).split()

WITHOUT_TIMES = ("mp3", "aac", "amr", "ac3", "eac3")  # frames of sound and nothing else

# Audio only: with this list libavformat does not even start a video decoder to determine the size of a picture.
CODECS = (
    "aac aac_fixed aac_latm ac3 eac3 dca alac als flac opus libopus vorbis speex wavpack tta truehd mlp "
    "mp1 mp1float mp2 mp2float mp3 mp3float mp3on4 mp3on4float mp3adu mp3adufloat "
    "wmav1 wmav2 wmapro wmalossless wmavoice nellymoser qdm2 qdmc mace3 mace6 "
    "amrnb amrwb libopencore_amrnb libopencore_amrwb gsm gsm_ms ilbc truespeech qcelp evrc "
    "g722 g723_1 g726 g726le g729 adpcm_ms adpcm_ima_wav adpcm_ima_qt adpcm_yamaha adpcm_swf "
    "adpcm_ct adpcm_sbpro_2 adpcm_sbpro_3 adpcm_sbpro_4 pcm_bluray pcm_dvd s302m "
    "pcm_alaw pcm_mulaw pcm_u8 pcm_s8 pcm_s8_planar pcm_u16le pcm_u16be pcm_s16le pcm_s16be pcm_s16le_planar "
    "pcm_s16be_planar pcm_u24le pcm_u24be pcm_s24le pcm_s24be pcm_s24le_planar pcm_u32le pcm_u32be pcm_s32le pcm_s32be "
    "pcm_s32le_planar pcm_s64le pcm_s64be pcm_f32le pcm_f32be pcm_f64le pcm_f64be"
).split()
