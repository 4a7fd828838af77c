"""Worlds are pure functions of their arguments, with the statistics they state."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

from data_modules.errors import DataError
from data_modules.synthetic import (
    ACTION_UNITS,
    BP4D_AUS,
    OCCURRENCE,
    WORLDS,
    load_world,
    parse_overrides,
    sample,
)
from data_modules.synthetic.cooccurrence import (
    PREVALENCE,
    RELATION,
    bivariate_normal_cdf,
    draw_occurrence,
    nearest_correlation,
)
from data_modules.synthetic.parameters import sides


@pytest.mark.parametrize("world", WORLDS)
def test_sample_is_a_pure_function(world):
    assert sample(world, 4, 2, 9) == sample(world, 4, 2, 9)
    others = [sample(world, 5, 2, 9), sample(world, 4, 3, 9), sample(world, 4, 2, 10)]
    assert all(other != sample(world, 4, 2, 9) for other in others)


@pytest.mark.parametrize("world", WORLDS)
def test_identity_depends_on_subject_and_seed_only(world):
    assert sample(world, 4, 0, 9).identity == sample(world, 4, 77, 9).identity
    assert sample(world, 4, 0, 9).identity != sample(world, 5, 0, 9).identity
    assert sample(world, 4, 0, 9).identity != sample(world, 4, 0, 8).identity


def test_worlds_have_different_people():
    assert sample("lab", 0, 0, 0).identity != sample("web", 0, 0, 0).identity


def test_wrong_arguments_are_refused():
    with pytest.raises(DataError, match="no such world; there are lab, web"):
        sample("studio", 0, 0, 0)
    with pytest.raises(ValueError, match="negative"):
        sample("lab", -1, 0, 0)


def strongest(face, name):
    return max(sides(face.action_units.get(name, 0.0)))


@pytest.mark.parametrize("world", WORLDS)
def test_intensities_leave_no_doubt_about_occurrence(world):
    faces = [sample(world, person, 0, 3) for person in range(150)]
    values = np.array([[strongest(face, name) for name in ACTION_UNITS] for face in faces])
    present = values >= OCCURRENCE
    assert (values[present] >= 0.4).all() and (values[present] <= 1.0).all()
    assert (values[~present] <= 0.15).all() and (values[~present] >= 0.0).all()
    assert present.any() and (values == 0).any() and ((values > 0) & ~present).any()


def test_sides_differ_where_muscles_are_paired():
    faces = [sample("web", person, 0, 3).action_units for person in range(300)]
    unequal = {name for face in faces for name, value in face.items() if isinstance(value, tuple)}
    assert unequal == {name for name, unit in ACTION_UNITS.items() if unit.paired}
    smiles = [face["AU12"] for face in faces if isinstance(face.get("AU12"), tuple)]
    left_wins = np.mean([left > right for left, right in smiles])
    assert 0.3 < left_wins < 0.7
    one_sided = parse_overrides("web", ["expression.one_sided=1"])
    pairs = [sides(one_sided.sample(i, 0, 0).action_units.get("AU12", 0.0)) for i in range(60)]
    assert all(min(pair) == 0.0 for pair in pairs if max(pair) >= OCCURRENCE)


def test_lab_is_near_frontal_and_web_is_not():
    lab = [sample("lab", i, 0, 0).pose.yaw for i in range(200)]
    web = [sample("web", i, 0, 0).pose.yaw for i in range(200)]
    assert max(map(abs, lab)) <= 12.0
    assert 20.0 < max(map(abs, web)) <= 35.0


def test_lab_follows_bp4d_prevalence_and_relation():
    rng = np.random.default_rng(1)
    drawn = np.array([draw_occurrence(rng) for _ in range(20_000)])
    share = drawn.mean(axis=0)
    np.testing.assert_allclose(share, PREVALENCE, atol=0.015)
    measured = np.array(
        [
            [
                drawn[drawn[:, j], i].mean() - drawn[~drawn[:, j], i].mean()
                for j in range(len(BP4D_AUS))
            ]
            for i in range(len(BP4D_AUS))
        ]
    )
    np.testing.assert_allclose(measured, RELATION, atol=0.06)


def test_lab_samples_carry_the_drawn_occurrences():
    faces = [sample("lab", 0, frame, 2) for frame in range(1_500)]
    drawn = np.array([[strongest(f, name) >= OCCURRENCE for name in BP4D_AUS] for f in faces])
    np.testing.assert_allclose(drawn.mean(axis=0), PREVALENCE, atol=0.05)


def test_web_shows_every_unit_neither_rarely_nor_always():
    faces = [sample("web", person, 0, 2) for person in range(2_000)]
    for name in BP4D_AUS:
        share = np.mean([strongest(face, name) >= OCCURRENCE for face in faces])
        assert 0.06 < share < 0.50, (name, share)


def test_tight_lips_do_not_part_in_the_web():
    faces = [sample("web", person, 0, 5) for person in range(600)]
    tight = [
        f for f in faces if {"AU23", "AU24"} & {n for n in ACTION_UNITS if strongest(f, n) >= 0.4}
    ]
    assert tight and all(strongest(f, "AU25") == strongest(f, "AU26") == 0.0 for f in tight)


def test_riders_keep_their_conditions_in_the_laboratory():
    faces = [sample("lab", 0, frame, 6) for frame in range(1_500)]
    at_work = [{n for n in ACTION_UNITS if strongest(f, n) >= OCCURRENCE} for f in faces]
    assert any("AU20" in units for units in at_work)
    assert not any({"AU12", "AU20"} <= units for units in at_work)
    assert all({"AU01", "AU02"} <= units for units in at_work if "AU05" in units)


def test_eyes_turn_back_to_the_camera():
    turned = parse_overrides("web", ["pose.yaw=60"])
    gaze = [turned.sample(person, 0, 0).pose.gaze_x for person in range(80)]
    assert -35 < np.mean(gaze) < -25


def test_parts_of_a_face_are_drawn_apart():
    faces = [sample("web", person, 0, 4) for person in range(900)]
    drawn = {
        f"{group}.{name}": [float(getattr(getattr(face, group), name)) for face in faces]
        for group, names in (
            ("wear", ("glasses_shape", "collar")),
            ("pose", ("yaw", "pitch", "roll", "shift_x", "zoom", "distance")),
            ("light", ("azimuth", "elevation", "key", "back", "warmth")),
            ("background", ("clutter",)),
            ("quality", ("exposure", "noise", "saturation", "resolution", "motion", "jpeg")),
        )
        for name in names
    }
    related = np.corrcoef(list(drawn.values()))
    group = [name.split(".")[0] for name in drawn]
    apart = np.array([[a != b for b in group] for a in group])
    assert np.abs(related[apart]).max() < 0.15


# --- laws of one's own ------------------------------------------------------------------------


def changed_fields(first, second):
    return {
        f"{group.name}.{field.name}"
        for group in dataclasses.fields(first)
        if group.name != "action_units"
        for field in dataclasses.fields(getattr(first, group.name))
        if getattr(getattr(first, group.name), field.name)
        != getattr(getattr(second, group.name), field.name)
    }


@pytest.mark.parametrize(
    ("law", "changed"),
    [
        ("pose.pitch={uniform: [-40, -30]}", {"pose.pitch"}),
        ("pose.yaw=60", {"pose.yaw", "pose.gaze_x"}),  # the gaze follows
        ("background.colour=[0.1, 0.2, 0.3]", {"background.colour"}),
        ("wear.hat=cap", {"wear.hat"}),
        ("identity.beard=1", {"identity.beard"}),
        ("quality.kinds.poor.share=0", set()),
    ],
)
def test_one_law_changes_nothing_else(law, changed):
    other = parse_overrides("web", [law])
    plain = [sample("web", person, 0, 1) for person in range(12)]
    drawn = [other.sample(person, 0, 1) for person in range(12)]
    assert all(a.action_units == b.action_units for a, b in zip(plain, drawn, strict=True))
    found = set().union(*map(changed_fields, plain, drawn))
    if changed:
        assert found == changed
    else:
        assert all(name.startswith("quality.") for name in found)


def test_a_law_of_expressions_changes_no_picture_parameter():
    kinds = {"smile": {"share": 1, "AU12": 1}}
    smiling = load_world({"base": "lab", "expression": {"occurrence": None, "kinds": kinds}})
    faces = [smiling.sample(person, 0, 1) for person in range(12)]
    assert all(strongest(face, "AU12") >= OCCURRENCE > strongest(face, "AU04") for face in faces)
    assert not any(changed_fields(f, sample("lab", i, 0, 1)) for i, f in enumerate(faces))


def test_a_file_may_start_from_another_world(tmp_path):
    (tmp_path / "profile.yaml").write_text(
        "base: lab\nframes: 3\npose: {yaw: {uniform: [60, 75]}}\n"
    )
    world = load_world(tmp_path / "profile.yaml")
    assert (world.name, world.origin, world.frames) == ("profile", "lab", 3)
    face = world.sample(0, 0, 0)
    assert 60 <= face.pose.yaw <= 75
    assert face.identity == sample("lab", 0, 0, 0).identity  # the same person, seen otherwise
    assert load_world({"base": "lab", "frames": 3}).frames == 3


def test_a_world_travels_between_processes():
    world = parse_overrides("web", ["pose.yaw=60"])
    again = pickle.loads(pickle.dumps(world))
    assert again.sample(1, 0, 2) == world.sample(1, 0, 2)
    assert again.digest == world.digest != load_world("web").digest


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ("pose", "section.parameter=law"),
        ("pose=3", "pose is 3"),
        ("pose.yew=3", "unknown 'yew' (there are yaw, pitch"),
        ("poise.yaw=3", "unknown 'poise'"),
        ("pose.yaw=far", "'far' is no number"),
        ("pose.yaw=true", "True is no number"),
        ("pose.yaw=120", "keep it within [-90"),
        ("pose.yaw={uniform: [3]}", "pose.yaw: cannot read"),
        ("pose.yaw={uniform: [3, 1]}", "3.0 is above 1.0"),
        ("pose.yaw={unifrom: [1, 3]}", "one of uniform, normal"),
        ("pose.yaw={normal: [0, 10], within: [5, -5]}", "nothing lies within"),
        ("pose.yaw={normal: [0, 0]}", "spread must be positive"),
        ("pose.pitch={normal: [0, 1], follow: {gaze_y: 1}}", "can follow only"),
        ("light.key=bright", "'bright' is no number"),
        ("quality.jpeg={uniform: [50, 200]}", "may draw 200"),
        ("wear.glasses=monocle", "no 'monocle'; there are none, rimless"),
        ("wear.glasses={choice: {none: 1, monocle: 0.001}}", "no 'monocle'"),
        ("wear.cloth=3", "no colour"),
        ("identity.long_hair=3", "neither true nor false"),
        ("light.kinds.lamp.share=x", "give its share"),
        ("expression.kinds.smile.AU13=1", "unknown 'AU13'"),
        ("expression.kinds.smile.AU12=2", "2 is no chance"),
        ("expression.present={uniform: [0.5, 1.5]}", "keep it within [0, 1]"),
        ("expression.occurrence=disfa", "there is bp4d"),
        ("expression.mood=1", "unknown 'mood'"),
        ("frames=0", "1 or more"),
        ("pose.yaw={uniform: [1, 2", "cannot be read"),
    ],
)
def test_a_law_without_meaning_is_refused_in_one_line(law, said):
    with pytest.raises(DataError) as error:
        parse_overrides("web", [law])
    assert said in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["", "- 1\n", "pose: [", "\x00", "a: 2001-02-30", "a: !!bool x"])
def test_a_file_that_is_no_world_is_refused(tmp_path, text):
    (tmp_path / "w.yaml").write_text(text)
    with pytest.raises(DataError, match=r"w\.yaml"):
        load_world(tmp_path / "w.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pose: 2001-02-03", "holds what is no law"),
        ("1: 2\na: 3", "holds what is no law"),
        ("pose: &again {yaw: [*again]}", "holds what is no law"),
        ("base: {file}", "is its base itself?"),
        ("base: 3", "its base is 3"),
        ("base: lap", "its base: lap: no such world"),
        ("base: web\npose: {kinds: [1]}", "name each kind"),
        ("base: web\npose: {kinds: {a: {share: .inf}}}", "shares must be"),
        ("base: web\npose: {pitch: {normal: [0, 1], follow: 3}}", "follows 3"),
        ("base: web\npose: {pitch: {normal: [0, 1], follow: {yaw: x}}}", "follows {'yaw': 'x'}"),
        ("base: web\npose: {yaw: .nan}", "may draw nan"),
        ("base: web\npose: {yaw: 1%s}" % ("0" * 400), "cannot read"),
        ("base: web\nidentity: {skin: {grey: [1]}}", "skin"),
        ("base: web\nwear: {glasses: {choice: {'[': 1}}}", "cannot read"),
        ("base: web\nexpression: {kinds: [1]}", "kinds by their names"),
        ("base: web\nexpression: {kinds: {a: 1}}", "chances in every kind"),
        ("base: web\nexpression: {kinds: {a: {AU12: 1}}}", "is no chance"),
        ("base: web\nexpression: {rules: [1]}", "in every kind and rule"),
        ("base: web\nexpression: {rules: [{with: 1}]}", "list the units"),
    ],
)
def test_a_file_of_other_values_than_laws_is_refused_in_one_line(tmp_path, text, said):
    (tmp_path / "w.yaml").write_text(text.replace("{file}", str(tmp_path / "w.yaml")))
    with pytest.raises(DataError) as error:
        load_world(tmp_path / "w.yaml")
    assert said in str(error.value) and "w" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


# --- the law of BP4D --------------------------------------------------------------------------


def test_bivariate_normal_agrees_with_closed_forms():
    rho = np.array([-0.9, -0.3, 0.0, 0.5, 0.95])
    zero = np.zeros_like(rho)
    quadrant = 0.25 + np.arcsin(rho) / (2 * np.pi)  # Sheppard's formula
    np.testing.assert_allclose(bivariate_normal_cdf(zero, zero, rho), quadrant, atol=1e-6)


def test_nearest_correlation_of_highams_example():
    # Higham (2002), section 4: the nearest correlation matrix to this tridiagonal one.
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    expected = np.array([[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]])
    np.testing.assert_allclose(nearest_correlation(matrix), expected, atol=1e-4)
