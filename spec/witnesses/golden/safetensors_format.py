"""The safetensors format in a few lines, from its description: Debian packages no reader of it.

    8 bytes of length, little-endian; a JSON header of that length; the tensors' bytes, one after the other
"""
import json
import struct

import numpy

DTYPES = {'F32': '<f4', 'F64': '<f8', 'I64': '<i8'}


def dumps(tensors, metadata):
    header, data = {'__metadata__': metadata}, b''
    for name, a in tensors.items():
        raw = numpy.ascontiguousarray(a, dtype='<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(a.shape), 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b' ' * (-len(text) % 8)
    return struct.pack('<Q', len(text)) + text + data


def loads(raw):
    (length,) = struct.unpack('<Q', raw[:8])
    header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
    metadata = header.pop('__metadata__', {})
    read = lambda it: numpy.frombuffer(data[slice(*it['data_offsets'])], DTYPES[it['dtype']]).reshape(it['shape'])
    return {name: read(it) for name, it in header.items()}, metadata
