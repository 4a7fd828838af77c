import io
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from data_modules import picture
from data_modules.errors import DataError
from data_modules.manifest import read_manifest
from data_modules.picture import PictureError, check_pictures, read_picture, read_sized, read_whole

ORANGE = (200, 120, 30)


@pytest.fixture
def save(tmp_path):
    """Write an image and read it as a face of 8 pixels."""

    def save(image, name="face.png", **options):
        image.save(tmp_path / name, **options)
        face = read_picture(tmp_path / name, 8)
        assert face.shape == (8, 8, 3)
        assert face.dtype == np.uint8
        return face

    return save


def of(mode, colour, size=(32, 32)):
    return Image.new(mode, size, colour)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param(of("RGB", ORANGE), ORANGE, id="RGB"),
        pytest.param(of("L", 77), (77,) * 3, id="grey"),
        pytest.param(of("1", 1), (255,) * 3, id="black and white"),
        pytest.param(of("LA", (77, 255)), (77,) * 3, id="grey with transparency"),
        pytest.param(of("RGBA", (*ORANGE, 255)), ORANGE, id="RGBA"),
        pytest.param(of("RGB", ORANGE).quantize(4), ORANGE, id="palette"),
        pytest.param(of("RGB", ORANGE, (1, 1)), ORANGE, id="one pixel"),
        pytest.param(of("RGB", ORANGE, (3, 50)), ORANGE, id="narrow"),
        pytest.param(of("RGB", ORANGE, (1000, 1)), ORANGE, id="a line"),
    ],
)
def test_pictures_of_every_kind_become_rgb(save, image, expected):
    assert (save(image) == expected).all()


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "webp", "tif", "gif"])
def test_every_format_gives_the_same_colours(save, ending):
    assert abs(save(of("RGB", ORANGE), f"face.{ending}").astype(int) - ORANGE).max() <= 3


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpegs_in_other_colours_become_rgb(save, mode):
    image = of("RGB", ORANGE, (64, 64)).convert(mode)
    expected = np.asarray(image.convert("RGB"))[0, 0].astype(int)
    assert abs(save(image, "face.jpg", quality=95) - expected).max() <= 3


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_of_grey_keep_their_shades_and_do_not_turn_white(save, ending):
    shades = np.repeat(np.arange(8, dtype=np.uint16) * 256 * 32 + 200, 8).reshape(8, 8)
    face = save(Image.fromarray(shades), f"face.{ending}")
    assert (face == (shades >> 8)[..., None]).all()


def test_sixteen_bits_of_a_pgm_keep_their_shades(tmp_path):
    shades = np.linspace(0, 65535, 64).astype(">u2").reshape(8, 8)
    (tmp_path / "face.pgm").write_bytes(b"P5 8 8 65535\n" + shades.tobytes())
    assert (read_picture(tmp_path / "face.pgm", 8) == (shades >> 8)[..., None]).all()


def test_floating_point_pixels_are_refused_rather_than_shown_black(save):
    with pytest.raises(PictureError, match="floating-point"):
        save(Image.fromarray(np.full((8, 8), 0.5, np.float32)), "face.tif")


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_camera_gives_an_upright_face(save, ending, orientation):
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32, :32], pixels[:32, 32:], pixels[32:, :32] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    sensor = {  # what the camera stored of that face
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels),
        7: pixels[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(pixels, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    face = save(
        Image.fromarray(np.ascontiguousarray(sensor)), f"face.{ending}", exif=exif, quality=95
    )
    corners = face[[1, 1, 6, 6], [1, 6, 1, 6]].astype(int)
    expected = pixels[[0, 0, 63, 63], [0, 63, 0, 63]]
    assert abs(corners - expected).max() < 40


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_the_middle_square_is_kept_undistorted(save, ending):
    wide = np.zeros((64, 192, 3), np.uint8)
    wide[:, 64:128] = ORANGE
    for pixels in (wide, wide.transpose(1, 0, 2)):
        face = save(Image.fromarray(np.ascontiguousarray(pixels)), f"f.{ending}", quality=95)
        assert abs(face[2:6, 2:6].astype(int) - ORANGE).max() <= 6
        assert face[[0, -1]].mean() > 80 and face[:, [0, -1]].mean() > 80  # not the black beside


def test_a_picture_of_the_size_wanted_is_not_resampled(draw, noise):
    pixels = noise(side=24)
    assert np.array_equal(read_picture(draw("a.png", pixels=pixels), 24), pixels)


def test_a_large_jpeg_is_decoded_small_but_not_below_the_size_wanted(draw):
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, np.arange(400) // 8 % 2 == 1] = ORANGE  # two pixels wide in the result
    face = read_picture(draw("a.jpg", pixels=stripes, quality=95), 100)
    exact = np.zeros((100, 100, 3), int)
    exact[:, np.arange(100) // 2 % 2 == 1] = ORANGE
    assert abs(face - exact).mean() < 10


def test_a_path_may_be_text(draw):
    assert read_picture(str(draw("a.png", ORANGE)), 8).shape == (8, 8, 3)


def broken(kind, path, draw):
    if kind == "text":
        path.write_text("hello")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "truncated":
        whole = draw(
            "whole.jpg", pixels=np.random.default_rng(0).integers(0, 255, (90, 90, 3), "u1")
        )
        path.write_bytes(whole.read_bytes()[:-2000])
    elif kind == "folder":
        path.mkdir()
    elif kind == "circle":
        path.symlink_to(path)


@pytest.mark.parametrize("kind", ["missing", "text", "empty", "truncated", "folder", "circle"])
def test_a_file_that_is_no_whole_picture_is_named(tmp_path, draw, kind):
    path = tmp_path / "face.jpg"
    broken(kind, path, draw)
    with pytest.raises(PictureError) as caught:
        read_picture(path, 8)
    assert str(caught.value).startswith(f"{path}: ")
    assert ("no such file" in str(caught.value)) == (kind == "missing")


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_the_size_is_that_of_the_upright_picture_before_it_was_made_smaller(draw, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels, size = read_sized(draw("a.jpg", size=(801, 402), exif=exif), 200)
    assert size == ((801, 402) if orientation in (1, 3) else (402, 801))
    assert pixels.shape[:2] == ((101, 201) if orientation in (1, 3) else (201, 101))


@pytest.mark.filterwarnings("error")
def test_a_palette_with_transparent_colours_comes_without_a_warning(tmp_path, noise):
    picture = Image.fromarray(noise()).convert("P")
    picture.save(tmp_path / "a.png", transparency=bytes(range(256)))
    read = read_whole(tmp_path / "a.png")
    np.testing.assert_array_equal(read, np.asarray(picture.convert("RGB")))


def test_a_bomb_is_refused(draw, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(PictureError, match="more than 178 million pixels"):
        read_picture(draw("a.png"), 8)


def encoded(form):
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112], exif[0x010F] = 6, "maker"
    options = {} if form in ("BMP", "GIF") else {"exif": exif}
    pixels = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


FORMS = {form: encoded(form) for form in ("JPEG", "PNG", "BMP", "WEBP", "GIF")}


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(list(FORMS)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6),
    st.none() | st.integers(0, 2000),
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of corrupt EXIF
def test_a_corrupt_file_is_a_picture_or_a_picture_error(tmp_path, form, changes, end):
    content = bytearray(FORMS[form])
    for place, byte in changes:
        content[place % len(content)] = byte
    (tmp_path / "face").write_bytes(content[:end])
    try:
        assert read_picture(tmp_path / "face", 8).shape == (8, 8, 3)
    except PictureError as error:
        assert str(tmp_path / "face") in str(error)


def test_whatever_a_decoder_trips_over_is_a_picture_error(draw, monkeypatch):
    def trip(image):
        raise IndexError("list index out of range")

    monkeypatch.setattr(picture, "_eight_bit", trip)
    with pytest.raises(PictureError, match=r"a\.png: list index out of range"):
        read_picture(draw("a.png"), 8)


@pytest.mark.parametrize("kind", ["missing", "text", "truncated"])
def test_checking_names_the_table_the_row_and_the_way_out(draw, write, tmp_path, kind):
    for name in ("a.jpg", "c.jpg"):
        draw(name)
    broken(kind, tmp_path / "b.jpg", draw)
    faces = read_manifest(write("t.csv", "path,subject,AU1\na.jpg,S1,1\n\nb.jpg,S1,0\nc.jpg,S1,\n"))
    with pytest.raises(DataError) as caught:
        check_pictures(faces, 8)
    line = str(caught.value)
    assert line.startswith(f"{tmp_path}/t.csv:4: unreadable picture {tmp_path}/b.jpg: ")
    assert line.endswith("; mend it or remove the row")
    assert len(line.splitlines()) == 1


def test_checking_decodes_every_picture_once_and_is_content_with_whole_ones(
    draw, write, monkeypatch
):
    names = [draw(f"{face}.png").name for face in range(9)]
    faces = read_manifest(
        write("t.csv", "path,subject,AU1\n" + "".join(f"{name},S1,1\n" for name in names))
    )
    read, lock = [], threading.Lock()

    def note(path, size):
        with lock:
            read.append(path)

    monkeypatch.setattr(picture, "read_picture", note)
    check_pictures(faces, 8)
    assert sorted(read) == faces.paths.to_pylist()
