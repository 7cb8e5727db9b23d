"""GitHub's workflows, held to rules of least privilege and to the commands of make.

Each rule is a function of a workflow's name and text that returns the faults it finds.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bookbuild import places

ROOT = Path(__file__).parent.parent
WORKFLOWS = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / ".github/workflows").iterdir())
}
# The hash of a release that uploads metadata 2.4 could not be looked up.
UNPINNED = "pypa/gh-action-pypi-publish@release/v1 # zizmor: ignore[unpinned-uses]"
# What a job may do beyond reading the repository, and that a job may do without.
PERMISSIONS = {
    ("book.yml", "publish"): {"pages": "write", "id-token": "write"},
    ("release.yml", "attach"): {"contents": "write"},
    ("release.yml", "publish"): {"id-token": "write"},
}
READ = {"contents": "read"}
RUNNERS = {("cards.yml", "gallery-gpu"): "${{ vars.GPU_RUNNER }}"}
PULL_REQUESTS_ALONE = "${{ github.event_name == 'pull_request' }}"


def jobs_of(text):
    return yaml.safe_load(text)["jobs"]


def triggers_of(text):
    return yaml.safe_load(text)[True]  # YAML 1.1 takes the key `on` for a truth value


def uses(step, action):
    return step.get("uses", "").partition("@")[0].endswith(action)


def make_calls(job):
    """Return what a job hands to make, with the values of its matrix filled in."""
    lines = [line for step in job["steps"] for line in step.get("run", "").splitlines()]
    calls = [line.removeprefix("make ") for line in lines if line.startswith("make ")]
    if '"$COMMAND"' in calls:
        calls.remove('"$COMMAND"')
        calls += job["strategy"]["matrix"]["command"]
    return calls


def unpinned_actions(name, text):
    pinned = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    return [
        line.strip()
        for line in text.splitlines()
        if "uses:" in line
        and not pinned.search(line)
        and not line.endswith(f"uses: {UNPINNED}")
    ]


def jobs_without_a_limit(name, text):
    limits = {key: job.get("timeout-minutes") for key, job in jobs_of(text).items()}
    # GitHub ends a job after 360 minutes anyway.
    return [key for key, limit in limits.items() if limit is None or limit >= 360]


def permissions_too_wide(name, text):
    found = [] if yaml.safe_load(text)["permissions"] == {} else ["the whole workflow"]
    for key, job in jobs_of(text).items():
        allowed = PERMISSIONS.get((name, key), READ)
        if job.get("permissions") != allowed:
            found.append(f"{key}: {job.get('permissions')}, not {allowed}")
    return found


def privileged_jobs_that_do_more_than_publish(name, text):
    found = []
    for key, job in jobs_of(text).items():
        given = job.get("permissions", {})
        if "write" not in given.values():
            continue
        for step in job["steps"]:
            runs = "run" in step and "id-token" in given
            if runs or re.search(r"/(setup-|checkout)", step.get("uses", "")):
                found.append(f"{key}: {step}")
    return found


def checkouts_that_keep_their_token(name, text):
    return [
        key
        for key, job in jobs_of(text).items()
        for step in job["steps"]
        if uses(step, "/checkout")
        and step.get("with", {}).get("persist-credentials") is not False
    ]


def caches(name, text):
    found = []
    for key, job in jobs_of(text).items():
        for step in job["steps"]:
            options = step.get("with", {})
            if (
                uses(step, "/cache")
                or "cache" in options
                or (uses(step, "/setup-uv") and options["enable-cache"] is not False)
            ):
                found.append(f"{key}: {step}")
    return found


def runners_that_move(name, text):
    return [
        f"{key}: {job['runs-on']}"
        for key, job in jobs_of(text).items()
        if job["runs-on"] != RUNNERS.get((name, key), "ubuntu-24.04")
    ]


def runs_that_are_cancelled(name, text):
    whole = yaml.safe_load(text)
    groups = [whole["concurrency"]]
    groups += [
        job["concurrency"] for job in jobs_of(text).values() if "concurrency" in job
    ]
    allowed = [False]
    if "pull_request" in triggers_of(text):
        allowed.append(PULL_REQUESTS_ALONE)
    return [group for group in groups if group["cancel-in-progress"] not in allowed]


def triggers_with_rights(name, text):
    # They run with the rights of main on what a stranger has written.
    return sorted({"pull_request_target", "workflow_run"} & set(triggers_of(text)))


def expressions_in_commands(name, text):
    return [
        step["run"]
        for job in jobs_of(text).values()
        for step in job["steps"]
        if "${{" in step.get("run", "")
    ]


def commands_that_make_lacks(name, text):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    called = {
        call.split()[0] for job in jobs_of(text).values() for call in make_calls(job)
    }
    return sorted(called - targets)


# Each rule with a fault: the workflow it is planted in, what is replaced, and by what.
RULES = {
    unpinned_actions: [
        ("book.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
        ("book.yml", " # v7.0.1", ""),
        ("release.yml", "@release/v1", "@unstable/v1"),
    ],
    jobs_without_a_limit: [
        ("package.yml", "    timeout-minutes: 30\n", ""),
        ("weekly.yml", "timeout-minutes: 150", "timeout-minutes: 360"),
    ],
    permissions_too_wide: [
        ("book.yml", "permissions: {}", "permissions: write-all"),
        ("package.yml", "      contents: read", "      contents: write"),
        ("weekly.yml", "    permissions:\n      contents: read\n", ""),
        (
            "release.yml",
            "      id-token: write",
            "      packages: write\n      id-token: write",
        ),
    ],
    privileged_jobs_that_do_more_than_publish: [
        (
            "book.yml",
            "      - id: pages\n",
            "      - run: make book\n      - id: pages\n",
        ),
        ("release.yml", "actions/download-artifact@", "actions/setup-python@"),
        ("release.yml", "actions/download-artifact@", "actions/checkout@"),
    ],
    checkouts_that_keep_their_token: [
        ("cards.yml", "persist-credentials: false", "persist-credentials: true"),
        ("package.yml", "        with:\n          persist-credentials: false\n", ""),
    ],
    caches: [
        (
            "book.yml",
            "${{ matrix.python }}\n      - run",
            "3.11\n          cache: pip\n      - run",
        ),
        ("cards.yml", "enable-cache: false", "enable-cache: true"),
        ("release.yml", "uses: actions/download-artifact@", "uses: actions/cache@"),
    ],
    runners_that_move: [
        ("release.yml", "runs-on: ubuntu-24.04", "runs-on: ubuntu-latest"),
        ("book.yml", "runs-on: ubuntu-24.04", "runs-on: ${{ vars.GPU_RUNNER }}"),
    ],
    runs_that_are_cancelled: [
        ("book.yml", PULL_REQUESTS_ALONE, "true"),
        ("book.yml", "cancel-in-progress: false", "cancel-in-progress: true"),
        ("release.yml", "cancel-in-progress: false", "cancel-in-progress: true"),
    ],
    triggers_with_rights: [
        ("cards.yml", "  pull_request:", "  pull_request_target:"),
        (
            "weekly.yml",
            "  schedule:",
            "  workflow_run:\n    workflows: [book]\n  schedule:",
        ),
    ],
    expressions_in_commands: [
        ("release.yml", 'os.environ["TAG"]', '"${{ github.ref_name }}"'),
    ],
    commands_that_make_lacks: [
        ("book.yml", "make lint", "make lintel"),
        ("weekly.yml", "test-downloads", "test-uploads"),
    ],
}
FAULTS = [(rule, *fault) for rule, faults in RULES.items() for fault in faults]


@pytest.mark.parametrize("name", WORKFLOWS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_workflows_keep_the_rules(rule, name):
    assert rule(name, WORKFLOWS[name]) == []


@pytest.mark.parametrize(("rule", "name", "old", "new"), FAULTS)
def test_each_rule_sees_a_planted_fault(rule, name, old, new):
    text = WORKFLOWS[name]
    assert old in text
    before = rule(name, text)
    assert len(rule(name, text.replace(old, new, 1))) > len(before)


def test_the_exception_that_is_not_pinned_is_still_in_use():
    assert UNPINNED in WORKFLOWS["release.yml"]


def test_the_book_is_tested_as_a_person_tests_it():
    ci = re.findall(r"^make (.+)", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.M)
    assert make_calls(jobs_of(WORKFLOWS["book.yml"])["book"]) == ci


def test_what_is_published_is_what_was_tested():
    jobs = jobs_of(WORKFLOWS["book.yml"])
    steps = jobs["book"]["steps"]
    uploads = [
        step
        for step in steps
        if "upload-" in step.get("uses", "") and step.get("if") != "failure()"
    ]
    assert steps[-1:] == uploads  # behind every test
    assert uploads[0]["with"]["path"] == "_build/html"
    python = jobs["book"]["strategy"]["matrix"]["python"]
    assert uploads[0]["with"]["name"] == "book-python-${{ matrix.python }}"
    versions = jobs["versions"]
    main = "github.ref == 'refs/heads/main'"
    assert (versions["needs"], versions["if"]) == ("book", main)
    taken = next(step for step in versions["steps"] if uses(step, "download-artifact"))
    assert taken["with"] == {"name": f"book-python-{python[0]}", "path": "site"}
    commands = [step["run"] for step in versions["steps"] if "run" in step]
    assert commands[1:] == ["python3 -m bookbuild.versions site releases"]
    assert "site" not in commands[0].split()
    assert versions["steps"][-1]["with"] == {"path": "site"}
    publish = jobs["publish"]
    assert publish["needs"] == "versions"
    assert publish["if"] == main
    assert publish["environment"]["name"] == "github-pages"
    assert (
        publish["concurrency"]["group"]
        != yaml.safe_load(WORKFLOWS["book.yml"])["concurrency"]["group"]
    )
    (step,) = publish["steps"]
    assert uses(step, "actions/deploy-pages")


def test_the_package_is_tried_on_every_python_it_supports():
    matrix = jobs_of(WORKFLOWS["package.yml"])["package"]["strategy"]["matrix"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert {"push", "pull_request", "schedule"} <= set(
        triggers_of(WORKFLOWS["package.yml"])
    )


def test_everything_slow_runs_every_week():
    jobs = jobs_of(WORKFLOWS["weekly.yml"])
    assert "schedule" in triggers_of(WORKFLOWS["weekly.yml"])
    assert {call for job in jobs.values() for call in make_calls(job)} == {
        "test-backends",
        "test-downloads",
        "test-weekly",
        "book-elsewhere",
        "links",
        "audit",
        'newest 2>&1 | tee "$RUNNER_TEMP/newest.log"',
    }
    assert jobs["newest"]["continue-on-error"] is True
    assert "GITHUB_STEP_SUMMARY" in jobs["newest"]["steps"][-1]["run"]


def test_the_gallery_on_a_card_is_skipped_without_one_and_for_strangers():
    card = jobs_of(WORKFLOWS["cards.yml"])["gallery-gpu"]
    assert " ".join(card["if"].split()) == (
        "vars.GPU_RUNNER != '' && ( github.event_name != 'pull_request' || ( "
        "github.event.label.name == 'gpu' && "
        "github.event.pull_request.head.repo.full_name == github.repository ) )"
    )
    assert triggers_of(WORKFLOWS["cards.yml"])["pull_request"] == {"types": ["labeled"]}
    commands = [step["run"] for step in card["steps"] if "run" in step]
    assert "tensorflow[and-cuda]" in commands[0]
    assert "matmul" in commands[1]
    assert commands[2:] == ["make gallery-gpu PYTHON=python"]
    kept = {
        step["with"]["name"]: step["with"]["path"]
        for step in card["steps"]
        if uses(step, "/upload-artifact")
    }
    assert kept == {
        "gallery-gpu-figures": places.FIGURES.relative_to(ROOT).as_posix(),
        "gallery-gpu-costs": places.COSTS.relative_to(ROOT).as_posix(),
    }


def script_of(workflow, job, beginning):
    """Return the Python of the one step whose name begins like this."""
    steps = jobs_of(WORKFLOWS[workflow])[job]["steps"]
    (step,) = [step for step in steps if step.get("name", "").startswith(beginning)]
    assert step["shell"] == "python"
    return step["run"]


@pytest.mark.slow
def test_the_probe_of_the_card_fails_where_there_is_none():
    probe = script_of("cards.yml", "gallery-gpu", "Multiply")
    hidden = os.environ | {"CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, "-c", probe], env=hidden, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "TensorFlow sees no graphics card"


@pytest.mark.parametrize(
    ("tag", "heading", "told"),
    [
        ("v1.2.0", "## 1.2.0", ""),
        ("v1.2.0", "## 1.2.0 (4 May 2027)", ""),
        ("v1.2.1", "## 1.2.0", "the tag is v1.2.1, and pyproject.toml has the version"),
        ("1.2.0", "## 1.2.0", "the tag is 1.2.0, and"),
        ("v1.2.0", "## 1.2.0.1", "CHANGELOG.md has no section '## 1.2.0'"),
        ("v1.2.0", "### 1.2.0", "CHANGELOG.md has no section"),
        ("v1.2.0", "## 1.2.0 (not released yet)", "write the date there"),
    ],
)
def test_a_release_has_the_version_of_its_tag_and_a_section(
    tmp_path, tag, heading, told
):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n\n## 1.1.0\n")
    done = subprocess.run(
        [sys.executable, "-c", script_of("release.yml", "build", "Compare")],
        cwd=tmp_path,
        env=os.environ | {"TAG": tag},
        capture_output=True,
        text=True,
    )
    assert done.returncode == bool(told)
    assert told in done.stderr


def test_a_release_is_checked_before_it_is_published():
    jobs = jobs_of(WORKFLOWS["release.yml"])
    assert triggers_of(WORKFLOWS["release.yml"]) == {"push": {"tags": ["v*"]}}
    assert make_calls(jobs["build"]) == ["package"]
    publish = jobs["publish"]
    assert publish["needs"] == "build"
    assert publish["environment"] == "pypi"
    taken, published = publish["steps"]
    assert taken["with"] == {"name": "dist", "path": "dist"}
    assert published["with"] == {"packages-dir": "dist", "attestations": True}


def test_a_release_has_the_book_that_was_tested_with_its_digest():
    jobs = jobs_of(WORKFLOWS["release.yml"])
    assert make_calls(jobs["book"]) == [
        "book",
        "test-site",
        "pdf",
        "offline",
    ]
    kept = jobs["book"]["steps"][-1]["with"]["path"].split()
    assert kept == ["_build/*.pdf", "_build/*.zip", "_build/*.zip.sha256"]
    attach = jobs["attach"]
    assert attach["needs"] == "book"
    assert [uses(step, "download-artifact") for step in attach["steps"]] == [
        True,
        False,
    ]
    assert attach["steps"][1]["run"].endswith("book/*")
