"""Targets: pictures, videos, tars, and rendered faces with their worlds."""

import contextlib
import io
import tarfile
from pathlib import Path

import numpy as np
from fuzz_target import BrokenWordError, Target, refusing


def picture(folder: Path) -> Target:
    """Pictures of every format."""
    from PIL import Image

    from data_modules.picture import read_picture
    from data_modules.recording import Picture

    file = folder / "picture.jpg"
    pixels = np.arange(12 * 8 * 3, dtype=np.uint8).reshape(12, 8, 3)
    seeds = []
    for ending in ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM", "ICO", "TGA", "JPEG2000"):
        for mode in ("RGB", "L", "P", "RGBA", "I;16"):
            stream, exif = io.BytesIO(), Image.Exif()
            exif[0x112] = 6
            with contextlib.suppress(OSError, ValueError, KeyError):
                grey = Image.fromarray(pixels[..., 0].astype(np.uint16))
                image = grey if mode == "I;16" else Image.fromarray(pixels).convert(mode)
                image.save(stream, ending, exif=exif)
                seeds.append(stream.getvalue())

    def read(content: bytes) -> None:
        file.write_bytes(content)
        with refusing(file):
            face = read_picture(file, 16)
            if face.shape != (16, 16, 3) or face.dtype != np.uint8:
                raise BrokenWordError(f"a picture of {face.dtype} {face.shape}")
        (frame,) = Picture(str(file)).frames()
        if (frame.pixels is None) != bool(frame.trouble) or "\n" in frame.trouble:
            raise BrokenWordError(f"trouble {frame.trouble!r}")

    return Target(read, seeds)


def video(folder: Path) -> Target:
    """Videos, as predictions and preparations see them."""
    import av

    from data_modules.playback import rate_and_length
    from data_modules.recording import Video
    from data_modules.video import count_frames, read_frames

    seeds = []
    for ending, codec in (("avi", "mjpeg"), ("mp4", "mpeg4"), ("mkv", "mpeg4")):
        seed = folder / f"seed.{ending}"
        with av.open(str(seed), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = 32, 16
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            for grey in range(3):
                shown = np.full((16, 32, 3), 80 * grey, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, "rgb24")))
            container.mux(stream.encode())
        seeds.append(seed.read_bytes())
    file = folder / "video.avi"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        rate_and_length(file)
        count_frames(file)
        for frame in Video(str(file)).frames():
            if (frame.pixels is None) != bool(frame.trouble) or "\n" in frame.trouble:
                raise BrokenWordError(f"trouble {frame.trouble!r}")
        if len(list(read_frames(file, [0, 2]))) != 2:
            raise BrokenWordError("two frames were asked for")

    return Target(read, seeds)


def tar(folder: Path) -> Target:
    """Tar shards, as pools, predictions and preparations see them."""
    from data_modules import shard
    from data_modules.picture import read_picture
    from data_modules.pool import read_pool
    from data_modules.preparation.footage import Shot, read_footage
    from data_modules.preparation.shards import read_shard
    from data_modules.recording import find_recordings

    file = folder / "pool" / "shard.tar"
    file.parent.mkdir()
    seeds = []
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
            for name, content in {
                "a.jpg": b"no", "a.json": b'{"url": "http://a/b.jpg"}',
                "b" * 90 + "/" + "é" * 9 + ".png": b"",
            }.items():  # fmt: skip
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        seeds.append(stream.getvalue().rstrip(b"\0") + b"\0" * 1024)

    def read(content: bytes) -> None:
        file.write_bytes(summed(content))
        shard._contents.cache_clear()  # it would keep every one of these tars
        with refusing(file.parent):
            for path in read_pool(file.parent, ()).paths.to_pylist()[:4]:
                with refusing(path):
                    read_picture(path, 16)
        with refusing(file):
            for recording in find_recordings([str(file)])[:4]:
                list(recording.frames())
        found = read_shard(file, "shard.tar").pictures
        shots = [Shot(one.source, None) for one in found]
        if len(list(read_footage(file.parent, shots))) != len(shots):
            raise BrokenWordError("a picture or a reason a shot")

    return Target(read, seeds)


def summed(content: bytes) -> bytes:
    """A tar whose headers have the right checksums."""
    blocks = bytearray(content)
    for at in range(0, len(blocks) - 511, 512):
        if blocks[at + 257 : at + 262] == b"ustar":
            blocks[at + 148 : at + 156] = b" " * 8
            blocks[at + 148 : at + 156] = b"%06o\0 " % sum(blocks[at : at + 512])
    return bytes(blocks)


def world(folder: Path) -> Target:
    """Worlds in YAML, and the faces drawn from them."""
    from data_modules.synthetic import world as module
    from data_modules.synthetic.record import to_row

    file = folder / "mine.yaml"
    shipped = Path(module.__file__).parent / "worlds"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        with refusing(file.stem):
            drawn = module.load_world(file)
            to_row(drawn.sample(1, 2, 3))

    small = b"base: web\npose: {yaw: {normal: [0, 9], within: [-9, 9]}}\nexpression: {stray: 0.1}\n"
    return Target(read, [small, *(seed.read_bytes() for seed in shipped.glob("*.yaml"))])


def rendered(folder: Path) -> Target:
    """What ``synth`` wrote and ``pretrain`` reads: every parameter of a face, and landmarks."""
    from data_modules.rendered_geometry import RenderedGeometry
    from data_modules.synthetic import load_world, render_manifest

    manifest = render_manifest(folder / "faces", load_world("lab"), 2, 16, seed=0)
    kept = manifest.with_name("landmarks.npy")
    RenderedGeometry(manifest, 14, workers=0)
    table, landmarks = manifest.read_bytes(), kept.read_bytes()

    def read(content: bytes) -> None:
        npy = content[:2] in (b"\x93N", b"PK", b"\x80\x04")
        manifest.write_bytes(table if npy else content)
        kept.write_bytes(content) if npy else kept.unlink(missing_ok=True)
        with refusing(folder / "faces"):
            data = RenderedGeometry(manifest, 14, workers=0)
            if data.landmarks.shape[0] != len(data) or not np.isfinite(data.muscles).all():
                raise BrokenWordError("a row a face")

    return Target(read, [table, landmarks])
