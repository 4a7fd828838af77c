import subprocess

from au_cotrain.revision import revision


def git(folder, *arguments):
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_checkout_tells_its_revision_and_whether_it_was_changed(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "a.py").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert revision(tmp_path) == head and len(head) == 40
    (tmp_path / "run.log").write_text("")  # is not of the code
    assert revision(tmp_path) == head
    (tmp_path / "a.py").write_text("changed")
    assert revision(tmp_path) == head + "+changes"


def test_a_package_inside_somebody_elses_checkout_has_none(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "site-packages").mkdir()
    assert revision(tmp_path / "site-packages") is None


def test_outside_any_checkout_or_without_git_there_is_none(tmp_path, monkeypatch):
    assert revision(tmp_path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert revision() is None
