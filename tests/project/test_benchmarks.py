"""The benchmarks: their inputs, measurements and page."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import growth, inputs, timing
from benchmarks.document import document
from benchmarks.environments import OURS
from benchmarks.policies import Generator, as_json
from benchmarks.scenarios import CHECKED, FLOOR, NOTHING, PARSERS, READ_FOLDER
from benchmarks.timing import Command, NoWorkError, Run, Series
from cloudtrail_policylint.cli import main
from support.paths import PROJECT


def test_the_same_seed_generates_the_same_policies() -> None:
    assert list(Generator(7).policies(20)) == list(Generator(7).policies(20))


def test_no_statement_is_generated_twice() -> None:
    statements = [s for p in Generator(7).policies(300) for s in p["Statement"]]
    bare = Counter(json.dumps({**s, "Sid": ""}, sort_keys=True) for s in statements)
    assert max(bare.values()) == 1


@pytest.mark.parametrize("form", inputs.FORMATS)
def test_every_format_has_the_same_policies(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lint", "--format", "json", str(inputs.many(tmp_path, form, 12))])
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["documents"] == 12
    assert [f["rule"] for f in report["findings"]].count("CT101") == 1, report["findings"]


def test_a_commit_without_policies_has_no_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["lint", "--format", "json", *map(str, inputs.without_policy(tmp_path))])
    assert json.loads(capsys.readouterr().out)["summary"]["documents"] == 0


def test_the_proofs_match_the_output_of_the_linter(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def output(*paths: Path) -> str:
        status = main(["lint", *map(str, paths)])
        captured = capfd.readouterr()
        return f"{captured.err}{captured.out}exit {status}"

    nothing = output(*inputs.without_policy(tmp_path))
    assert re.search(NOTHING, nothing)
    assert not re.search(CHECKED, nothing)
    for path in (inputs.small(tmp_path, "YAML"), inputs.faulty(tmp_path, "JSON")):
        assert re.search(CHECKED, output(path))


def test_a_large_file_has_the_requested_size(tmp_path: Path) -> None:
    path = inputs.large(tmp_path, "CloudFormation YAML", 100_000)
    assert 90_000 < path.stat().st_size < 110_000


def test_a_policy_has_the_requested_shape() -> None:
    policy = Generator(7).policy(statements=4, actions=50)
    assert [len(s["Action"]) for s in policy["Statement"]] == [50] * 4
    assert as_json(policy).count('"Effect"') == 4


def test_generated_actions_are_different() -> None:
    generator = Generator(7)
    assert len(set(generator.actions(1500))) == 1500
    assert len({generator.wrong_action() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("form", inputs.FORMATS)
def test_the_bare_parsers_read_every_format(form: str, tmp_path: Path) -> None:
    folder = inputs.many(tmp_path, form, 3)
    program, paths = PARSERS[inputs.FORMATS[form][0]], sorted(folder.iterdir())
    for arguments in ([program, *map(str, paths)], [READ_FOLDER, str(tmp_path)]):
        run = [sys.executable, "-c", arguments[0], *arguments[1:]]
        subprocess.run(
            run, cwd=PROJECT, check=True
        )  # not isolated: it reads with the checkout's code
    broken = folder / f"broken{paths[0].suffix}"
    broken.write_text("{ broken: [")
    subprocess.run([sys.executable, "-c", READ_FOLDER, str(tmp_path)], cwd=PROJECT, check=True)


# -- growth


def test_fit_finds_the_exponent_of_a_power() -> None:
    fitted = growth.fit([10, 100, 1000], [3.0 * n**1.5 for n in (10, 100, 1000)], least=0)
    assert fitted is not None
    assert (fitted.start, fitted.exponent, fitted.last) == (10, *[pytest.approx(1.5)] * 2)
    assert fitted.error == pytest.approx(0)


def test_fit_reports_an_error_for_values_that_are_no_power() -> None:
    sizes = [10, 32, 100, 316, 1000]
    fitted = growth.fit(sizes, [n + n**2 / 300 for n in sizes], least=0)
    assert fitted is not None
    assert fitted.error > 0.05
    assert fitted.last > fitted.exponent + 0.2


def test_fit_leaves_out_sizes_that_cost_too_little() -> None:
    sizes, values = [1, 10, 100, 1000, 10000], [9.0, 0.1, 5.0, 50.0, 500.0]
    fitted = growth.fit(sizes, values, least=1.0)
    assert fitted is not None
    assert fitted.start == 100, "the first value is noise"
    assert fitted.exponent == pytest.approx(1)
    assert growth.fit(sizes, values, least=10.0) is None, "two values are too few"
    assert growth.fit(sizes, [-1.0, 0.0, 0.0, 0.0, 0.0], least=1.0) is None


@pytest.mark.parametrize("dimension", growth.DIMENSIONS, ids=lambda one: one.name)
def test_input_grows_with_the_size_and_depends_on_the_seed(
    dimension: growth.Dimension, tmp_path: Path
) -> None:
    def size(name: str, size: int, seed: int) -> int:
        folder = tmp_path / name
        folder.mkdir()
        written = dimension.write(folder, size, seed)
        files = [written] if written.is_file() else sorted(written.iterdir())
        texts.append("".join(file.read_text() for file in files))
        return len(texts[-1])

    texts: list[str] = []
    least, some = size("least", dimension.least, 1), size("some", 50, 1)
    assert size("more", 150, 1) - least == pytest.approx(3 * (some - least), rel=0.25)
    assert size("other", 50, 2) == pytest.approx(some, rel=0.25)
    assert texts[1] != texts[3]


def test_the_largest_inputs_exceed_no_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only nesting and chains are near to one."""
    for index, dimension in enumerate(growth.DIMENSIONS[-2:]):
        folder = tmp_path / str(index)
        folder.mkdir()
        written = dimension.write(folder, dimension.sizes[-1], 1)
        main(["lint", "--format", "json", "--select", "CT005", str(written)])
        report = json.loads(capsys.readouterr().out)
        assert report["summary"]["documents"] == 1
        assert not report["findings"], dimension.name


# -- timing


def test_a_run_has_times_memory_and_output(tmp_path: Path) -> None:
    program = "import sys; x = bytearray(60 * 2**20); print('done', file=sys.stderr); sys.exit(3)"
    done = timing.run(
        Command([sys.executable, "-I", "-c", program], r"done\nexit 3\Z"), str(tmp_path)
    )
    assert done.output == "done\nexit 3"
    assert 60 < done.peak < 120
    assert done.cpu > 0


def test_the_memory_of_the_benchmark_is_not_counted(tmp_path: Path) -> None:
    mine = bytearray(100 * 2**20)
    mine[:: 2**12] = b"x" * len(mine[:: 2**12])
    done = timing.run(Command([sys.executable, "-I", "-c", "pass"]), str(tmp_path))
    assert done.peak < 60


def test_a_command_without_proof_of_work_raises_an_error(tmp_path: Path) -> None:
    failing = Command([sys.executable, "-I", "-c", "raise ImportError('nothing here')"])
    with pytest.raises(NoWorkError, match=r"(?s)did no work.*nothing here.*exit 1"):
        timing.run(failing, str(tmp_path))
    missing = Command([str(tmp_path / "none")])
    with pytest.raises(NoWorkError, match="exit 127"):
        timing.run(missing, str(tmp_path))


def test_a_command_that_hangs_is_stopped(tmp_path: Path) -> None:
    endless = Command([sys.executable, "-I", "-c", "while True: pass"])
    with pytest.raises(NoWorkError, match=r"^stopped after 1 s: "):
        timing.run(endless, str(tmp_path), patience=1)


def test_slow_commands_are_run_less_often(tmp_path: Path) -> None:
    def sleeping(seconds: float) -> Command:
        return Command([sys.executable, "-I", "-c", f"import time; time.sleep({seconds})"])

    failing = Command([sys.executable, "-I", "-c", "1 / 0"])
    commands = {"slow": sleeping(0.7), "fast": sleeping(0), "rare": sleeping(0), "none": failing}
    series = timing.alternate(commands, 3, str(tmp_path), fewer={"rare": 2}, allowance=1.0)
    assert [len(series[name].runs) for name in commands] == [1, 3, 2, 0]
    assert "division by zero" in series["none"].failure


def test_ratios_are_computed_within_rounds() -> None:
    def series(figures: dict[int, float]) -> Series:
        return Series([Run(1.0, cpu, 1.0, "") for cpu in figures.values()], list(figures))

    # The machine was three times slower in the second round.
    assert series({0: 2.0, 1: 6.0, 2: 2.0}).ratio(series({0: 1.0, 1: 3.0})) == pytest.approx(2)


# -- the page


def test_the_page_is_generated_from_the_results() -> None:
    results = json.loads((PROJECT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    levers = json.loads((PROJECT / "benchmarks" / "levers.json").read_text(encoding="utf-8"))
    page = (PROJECT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert page == document(results, levers)


def test_the_page_has_goals_results_and_growth() -> None:
    def row(cpu: float, **more: Any) -> dict[str, Any]:
        return {
            "wall": cpu,
            "cpu": cpu,
            "peak": 30.0,
            "runs": 5,
            "floor": None,
            "parser": None,
            **more,
        }

    def grown(name: str, **more: Any) -> dict[str, Any]:
        fit = {"start": 10, "exponent": 1.02, "error": 0.01, "last": 1.05}
        return {"name": name, "note": "", "sizes": [10, 1000], "noise": 0.0012, "seconds": [0.02, 2.1],
            "mebibytes": [0.5, 12.0], "time": fit, "memory": None, **more}  # fmt: skip

    results = {
        "machine": {"processor": "P", "cores": 2, "system": "Linux", "python": "3.11"},
        "versions": {"cfn-lint": "1"},
        "scenarios": [
            {"group": "One small policy", "name": "JSON", "date": "2026-11-21",
             "commands": {FLOOR: row(0.02), OURS: row(0.1, floor=5.0, parser=4.0)}},
            {"group": "1,000 small policies", "name": "CloudFormation JSON", "date": "2026-11-21",
             "commands": {FLOOR: row(0.02), OURS: row(4.0, floor=200.0), "checkov": {"runs": 0, "failure": "stopped after 240 s"},
                          "parliament": row(8.0), "cfn-lint": row(100.0, wall=120.0, runs=1)}},
        ],
        "growth": [grown("files"), grown("locals", note="not two orders", time={
            "start": 32, "exponent": 1.2, "error": 0.1, "last": 1.3})],
    }  # fmt: skip
    page = document(results, [{"lever": "L", "work": "W", "before": "2 s", "after": "1 s"}])
    for line in (
        "| start-up, a commit without policies | at most 3 x floor | not measured |",
        "| one small policy, any format | at most 6 x floor | 5.0 to 5.0 (JSON) |",
        "| 1,000 policies, CloudFormation JSON | a third of parliament's time | 1 / 2.0 of its wall time, 1 / 2.0 of its CPU time; not reached |",
        "| 1,000 policies, CloudFormation JSON | a twentieth of cfn-lint's time | 1 / 30.0 of its wall time, 1 / 25.0 of its CPU time |",
        "| memory | under 100 MiB | 30 to 30 MiB (JSON) |",
        "| growth of time | at most n^1.1 | at most n^1.20 (locals) |",
        "| checkov | stopped after 240 s |  |  |  |  | 0 |",
        "| files | 10 to 1,000 | 0.020 to 2.100 | 1.2 ms | 1.02 ± 0.01 | 1.05 | 0.5 to 12.0 | too small to measure |  |",
        "| locals (not two orders) | 10 to 1,000 | 0.020 to 2.100 | 1.2 ms | 1.20 ± 0.10 from 32 on | 1.30 | 0.5 to 12.0 | too small to measure |  |",
        "| L | W | 2 s | 1 s |",
    ):
        assert line in page.splitlines(), page
