"""Writes the files under tests/files/data with h5py and numpy: `python make_fixtures.py [DIRECTORY]`.

The values follow simple formulas (see `ramp`), which the C++ tests repeat. The Keras files come from make_keras_fixtures.py.
"""

import pathlib
import sys
import zipfile

import h5py
import ml_dtypes
import numpy as np

out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "data")
out.mkdir(parents=True, exist_ok=True)


def ramp(shape, dtype="float32"):
    """0, 0.5, 1, 1.5 ... for floating point types; 0, 1, 2 ... for integers."""
    values = np.arange(int(np.prod(shape))).reshape(shape)
    return (values * 0.5).astype(dtype) if np.dtype(dtype).kind == "f" else values.astype(dtype)


def common(file):
    """Every number type, strings of each kind, nested groups: what a model file can hold."""
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        file[f"types/little/{code}"] = ramp((2, 3), "<" + code)
    for code in ["f2", "f4", "f8", "i2", "i8", "u4"]:
        file[f"types/big/{code}"] = ramp((2, 3), ">" + code)
    file["types/bool"] = np.array([True, False, True])
    bfloat16 = file.create_dataset("types/bfloat16", data=ramp((5,)).astype(ml_dtypes.bfloat16))
    bfloat16.attrs["dtype"] = "bfloat16"
    file["scalar"] = np.float32(2.5)
    file["empty"] = np.zeros((0, 3), "float32")
    file["null"] = h5py.Empty("float32")
    file["strings/fixed"] = np.array([b"one", b"three", b""])
    file["strings/vlen"] = np.array(["eins", "zwölf", ""], dtype=object)
    file.attrs["text"] = "grüße"
    file.attrs["fixed"] = np.bytes_(b"bytes")
    file.attrs["list"] = ["a", "bb", "ccc"]
    file.attrs["names"] = np.array([b"conv1d", b"lstm"])
    file.attrs["number"] = 3
    file.attrs["none"] = np.zeros((0,))
    file.attrs["complex"] = 1j  # a compound type, which the reader names but does not decode
    file.create_group("a/b/c/d")
    filled = file.create_dataset("filled", shape=(2, 2), dtype="float32", fillvalue=7.0)
    filled.attrs["unit"] = "m"


def chunked(file):
    data = ramp((13, 9))
    file.create_dataset("plain", data=data, chunks=(4, 5))
    file.create_dataset("gzip", data=data, chunks=(4, 5), compression="gzip")
    file.create_dataset("shuffled", data=data, chunks=(4, 5), compression="gzip", shuffle=True)
    file.create_dataset("checked", data=data, chunks=(4, 5), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("unwritten", shape=(13, 9), dtype="float32", chunks=(4, 5), fillvalue=3.0)
    partly = file.create_dataset("partly", shape=(13, 9), dtype="float32", chunks=(4, 5), fillvalue=-1.0)
    partly[0:4, 5:9] = data[0:4, 5:9]
    if version == "earliest":  # has one kind of index only
        return
    file.create_dataset("one_chunk", data=data, chunks=(13, 9))
    file.create_dataset("one_chunk_gzip", data=data, chunks=(13, 9), compression="gzip")
    file.create_dataset("one_unlimited", data=data, chunks=(2, 3), maxshape=(13, None))
    file.create_dataset("one_unlimited_gzip", data=data, chunks=(2, 3), maxshape=(None, 9), compression="gzip")
    file.create_dataset("two_unlimited", data=data, chunks=(2, 3), maxshape=(None, None))
    file.create_dataset("two_unlimited_gzip", data=data, chunks=(2, 3), maxshape=(None, None), compression="gzip")
    file.create_dataset("growable", data=data, chunks=(4, 5), maxshape=(40, 27))
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((4, 5))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((13, 9))
    dataset = h5py.h5d.create(file.id, b"implicit", h5py.h5t.IEEE_F32LE, space, dcpl=early)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((3, 2)), dcpl=compact)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, ramp((3, 2)))


def long_index(file):
    """Enough chunks that index blocks become paged and trees get levels."""
    data = ramp((3000,), "int16")
    file.create_dataset("fixed", data=data, chunks=(1,))
    file.create_dataset("extensible", data=data, chunks=(1,), maxshape=(None,))


def tree_index(file):
    data = ramp((40, 30), "int8")
    file.create_dataset("tree", data=data, chunks=(1, 2), maxshape=(None, None))


def many(file):
    """More members and attributes than one node or one header holds."""
    for i in range(18):
        file.create_group(f"group_{i}")
    for i in range(20):
        file["group_3"].attrs[f"attribute_{i}"] = f"value {i}"


for version in ["earliest", "latest"]:
    for name, write in [("types", common), ("chunked", chunked), ("many", many)]:
        with h5py.File(out / f"{name}_{version}.h5", "w", libver=version) as file:
            write(file)
with h5py.File(out / "userblock.h5", "w", userblock_size=512) as file:
    file["x"] = ramp((3,))
with h5py.File(out / "tracked.h5", "w", track_order=True) as file:
    for name in "zebra", "apple":
        file.create_group(name, track_order=True).attrs["name"] = name
with h5py.File(out / "huge_attribute.h5", "w", libver="latest") as file:
    file.attrs.create("big", ramp((600,), "int64"))
    for i in range(9):
        file.attrs[f"small_{i}"] = i
for name, write in [("soft", lambda f: f.__setitem__("link", h5py.SoftLink("/x"))),
                    ("external", lambda f: f.__setitem__("link", h5py.ExternalLink("other.h5", "/x"))),
                    ("hard", lambda f: f.__setitem__("again", f["x"])),
                    ("lzf", lambda f: f.create_dataset("link", data=ramp((64,)), compression="lzf")),
                    ("external_data", lambda f: f.create_dataset("link", (4,), "float32", external=[("raw.bin", 0, 16)])),
                    ("named_type", lambda f: f.__setitem__("link", np.dtype("float32")))]:
    with h5py.File(out / f"refused_{name}.h5", "w") as file:
        file["x"] = ramp((3,))
        write(file)
with h5py.File(out / "refused_virtual.h5", "w", libver="latest") as file:
    layout = h5py.VirtualLayout(shape=(3,), dtype="float32")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(3,))
    file.create_virtual_dataset("link", layout)

# Too large to keep; the test script makes them again beside the build.
if len(sys.argv) > 1:
    for name, write in [("long_index", long_index), ("tree_index", tree_index)]:
        for version in ["earliest", "latest"]:
            with h5py.File(out / f"{name}_{version}.h5", "w", libver=version) as file:
                write(file)

np.save(out / "little.npy", ramp((2, 3)))
np.save(out / "big.npy", ramp((2, 3), ">f8"))
np.save(out / "fortran.npy", np.asfortranarray(ramp((2, 3), "int16")))
np.save(out / "half.npy", ramp((4,), "float16"))
np.save(out / "scalar.npy", np.float64(1.25))
np.save(out / "bool.npy", np.array([True, False]))
with open(out / "version2.npy", "wb") as file:
    np.lib.format.write_array(file, ramp((3,), "uint32"), version=(2, 0))
np.savez(out / "stored.npz", x=ramp((2, 2)), y=ramp((3,), "int64"))
np.savez_compressed(out / "deflated.npz", x=ramp((20, 20)), y=ramp((3,), "int64"))
