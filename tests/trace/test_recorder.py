"""`record()` watches a block, changes nothing in it and leaves nothing behind."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import runpy
import threading
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn.modules import module as torch_module

from flake8_nograd.trace import record, recorder
from flake8_nograd.trace.report import Report
from flake8_nograd.trace.silent_run import run
from flake8_nograd.trace.sites import Kind
from flake8_nograd.trace.tally import Token

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


@pytest.fixture
def x():
    return torch.ones(3, 4)


def verdicts(report) -> list[str]:
    return [site.verdict.value for site in report.sites]


class TestNothingChanges:
    @pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
    def test_programs_print_the_same_numbers(self, path):
        with contextlib.redirect_stdout(io.StringIO()) as printed, torch.enable_grad():
            runpy.run_path(str(path), run_name="__main__")
        assert run(path).output == printed.getvalue() != ""

    def test_weights_and_random_numbers_are_bit_identical(self):
        plain, traced = trained(contextlib.nullcontext()), trained(record())
        assert all(torch.equal(one, other) for one, other in zip(plain, traced, strict=True))

    def test_exceptions_pass_through(self, model):
        with pytest.raises(RuntimeError, match="shapes cannot be multiplied"), record() as report:
            model(torch.ones(3, 5))
        assert report.sites == ()

    def test_results_know_nothing_of_the_recorder(self, model, x):
        with record():
            output = model(x)
        output.sum().backward()
        assert model[0].weight.grad is not None

    def test_hooks_of_the_program_still_run(self, model, x):
        seen = []
        model.register_forward_pre_hook(lambda *_: seen.append("before"))
        model.register_forward_hook(lambda *_: seen.append("after"))
        with record():
            model(x)
        assert seen == ["before", "after"]


def trained(recording) -> list[torch.Tensor]:
    """Everything that a training with dropout and an evaluation leave behind."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 2))
    optimizer = torch.optim.Adam(model.parameters())
    outputs = []
    with recording:
        for _ in range(5):
            optimizer.zero_grad()
            model(torch.randn(6, 4)).square().sum().backward()
            optimizer.step()
        model.eval()
        outputs.append(model(torch.randn(6, 4)).detach())
    return [*model.state_dict().values(), *outputs, torch.get_rng_state()]


class TestNothingIsLeft:
    def test_no_token_is_alive(self, model, x):
        with record():
            kept = [model(x) for _ in range(3)]
            model(x).sum().backward()
        gc.collect()
        assert [one for one in gc.get_objects() if type(one) is Token] == []
        assert len(kept) == 3

    def test_no_token_is_alive_after_an_exception(self, model, x):
        with contextlib.suppress(KeyError), record():
            kept = model(x)
            raise KeyError
        gc.collect()
        assert [one for one in gc.get_objects() if type(one) is Token] == []
        assert kept.requires_grad

    def test_graphs_die_as_early_as_without(self, model, x):
        boxes = []

        def pack(tensor):
            box = Box(tensor.detach())
            boxes.append(weakref.ref(box))
            return box

        with record(), torch.autograd.graph.saved_tensors_hooks(pack, lambda box: box.tensor):
            output = model(x)
            assert any(box() for box in boxes)
            del output
            assert not any(box() for box in boxes)

    def test_no_hook_is_in_place(self, model, x):
        before = torch.autograd._engine_run_backward
        with record():
            model(x)
        assert torch.autograd._engine_run_backward is before
        assert not torch_module._global_forward_hooks
        assert not torch_module._global_forward_pre_hooks

    def test_nothing_is_seen_afterwards(self, model, x):
        with record() as report:
            pass
        model(x)
        assert report.sites == ()


class Box:
    """Holds a tensor that a graph has saved."""

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor


def test_progress_is_told_soon_then_seldomer_but_every_minute(model, x, monkeypatch):
    now = 0
    monkeypatch.setattr(recorder, "time", SimpleNamespace(monotonic=lambda: now))
    told = []
    with recorder.recording(progress=lambda report: told.append((now, len(report.sites)))):
        for now in range(300):  # noqa: B007
            model(x)
    assert told == [(second, 1) for second in (1, 3, 7, 15, 31, 63, 123, 183, 243)]


class TestWhatIsSeen:
    def test_site(self, model, x):
        with record() as report:
            model(x)
        (site,) = report.sites
        assert (site.place.path, site.modules, site.modes) == (__file__, ("Sequential",), ("grad",))
        assert site.place.scope.endswith("test_site")
        assert report.wasted == (site,)

    def test_a_graph_used_after_the_block_counts_as_wasted(self, model, x):
        with record() as report:
            output = model(x)
        output.sum().backward()
        assert verdicts(report) == ["wasted"]

    def test_report_is_complete_after_an_exception(self, model, x):
        with contextlib.suppress(KeyError), record() as report:
            model(x)
            raise KeyError
        assert verdicts(report) == ["wasted"]

    def test_a_pass_after_one_that_raised(self, model, x):
        with record() as report:
            with pytest.raises(RuntimeError):
                model(torch.ones(3, 5))
            model(x).sum().backward()
        assert verdicts(report) == ["used"]

    def test_nested_recordings_see_the_same(self, model, x):
        with record() as outer:
            model(x).sum().backward()
            with record() as inner:
                model(x)
        assert (verdicts(outer), verdicts(inner)) == (["wasted", "used"], ["wasted"])

    def test_a_pass_is_wasted_though_its_neighbour_is_used(self, model, x):
        with record() as report:
            wasted, used = model(x), model(x)
            used.sum().backward()
        assert wasted.requires_grad
        assert verdicts(report) == ["wasted", "used"]

    def test_backward_runs(self, model, x):
        with record() as report:
            model(x).sum().backward()
            loss = model(x).sum()
            with torch.no_grad():
                loss.backward()
                with pytest.raises(RuntimeError, match="does not require grad"):
                    model(x).sum().backward()
        modes = [(run.mode, run.error is None, run.count) for run in report.backward_runs]
        assert modes == [("grad", True, 1), ("no_grad", True, 1), ("no_grad", False, 1)]

    def test_text(self, model, x):
        with record() as report:
            model(x)
        lines = str(report).splitlines()
        assert lines[0] == "nograd-trace: 1 of 1 forward-pass sites wasted"
        assert "wasted" in lines[2]

    def test_text_of_nothing(self):
        with record() as report:
            pass
        assert str(report) == "nograd-trace: no forward pass of a module with parameters was seen"

    def test_compiled_modules(self, model, x):
        compiled = torch.compile(model, backend="eager")
        filters = list(warnings.filters)
        with warnings.catch_warnings(), record() as report:
            warnings.filterwarnings("error", "Using .torch.compile", append=True)
            for _ in range(2):
                compiled(x).sum().backward()
            compiled(x)
        assert verdicts(report) == ["wasted", "used"]
        assert list(warnings.filters) == filters

    def test_criterions_are_no_models(self, x):
        with record() as report:
            nn.MSELoss()(x.clone().requires_grad_(), x).backward()
        assert report.sites == ()


class OwnCall(nn.Module):
    """Calls its `forward` without `nn.Module.__call__`, as gpytorch does."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def __call__(self, x):
        if x is None:
            raise KeyError
        return self.forward(x)

    def forward(self, x):
        return x * self.weight


class TestOwnCall:
    """Classes with a `__call__` of their own are seen like all others."""

    def test_fates(self, x):
        model = OwnCall()
        with record() as report:
            model(x)
            model(x).sum().backward()
            with torch.no_grad():
                model(x)
        assert verdicts(report) == ["wasted", "used", "guarded"]

    def test_a_class_made_while_we_watch(self, x):
        with record() as report:

            class Later(nn.Module):
                def __init__(self) -> None:
                    super().__init__()
                    self.weight = nn.Parameter(torch.ones(4))

                def __call__(self, x):
                    return x * self.weight

            Later()(x)
        (site,) = report.sites
        assert (site.verdict.value, site.modules) == ("wasted", ("Later",))

    def test_one_that_goes_on_to_the_call_of_torch(self, x):
        class Passing(OwnCall):
            def __call__(self, x):
                return nn.Module.__call__(self, x)

        with record() as report:
            Passing()(x)
        (site,) = report.sites
        assert (site.counts.calls, site.modules) == (1, ("Passing",))

    def test_one_that_raises(self, x):
        model = OwnCall()
        with record() as report:
            with pytest.raises(KeyError):
                model(None)
            model(x).sum().backward()
        assert verdicts(report) == ["used"]

    def test_nothing_is_left(self, x):
        before = OwnCall.__call__
        with record():
            assert OwnCall.__call__ is not before
        assert OwnCall.__call__ is before
        assert "__init_subclass__" not in nn.Module.__dict__


class Nest(nn.Module):
    """Uses the result of one module, and only looks at that of another."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.seen = nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 4)

    def forward(self, x):
        if self.seen(x).sum() > 1e9:
            raise KeyError
        return self.used(x)


class TestNested:
    """With `nested`, the passes within a pass have fates of their own."""

    def nested(self, report) -> dict[str, str]:
        return {
            module: site.verdict.value
            for site in report.of_kind(Kind.NESTED)
            for module in site.modules
        }

    def test_only_if_wanted(self, x):
        with record() as report:
            Nest()(x)
        assert report.of_kind(Kind.NESTED) == ()

    def test_fates(self, x):
        model = Nest()
        with record(nested=True) as report:
            model(x).sum().backward()
        assert verdicts(report) == ["used"]
        assert self.nested(report) == {"Linear": "wasted", "Sequential": "used"}

    def test_a_route_ends_where_the_pass_around_it_begins(self, x):
        with record(nested=True) as report:
            nn.Sequential(Nest())(x)
        for site in report.of_kind(Kind.NESTED):
            assert [len(route.places) for route in site.routes] == [1]

    def test_outermost_passes_are_the_same(self, x):
        reports = []
        for nested in (False, True):
            torch.manual_seed(0)
            with record(nested=nested) as report:
                output = Nest()(x)
                output.sum().backward()
            reports.append(report)
        plain, with_nested = (report.sites[0] for report in reports)
        assert (plain.counts, plain.peak_bytes) == (with_nested.counts, with_nested.peak_bytes)

    def test_guarded(self, x):
        class Guarding(Nest):
            def forward(self, x):
                with torch.no_grad():
                    self.seen(x)
                return self.used(x)

        with record(nested=True) as report:
            Guarding()(x)
        assert self.nested(report) == {"Linear": "guarded", "Sequential": "wasted"}

    def test_left_by_an_interrupt(self, x):
        class Interrupted(nn.Module):
            def forward(self, x):
                raise KeyboardInterrupt

        class Swallowing(Nest):
            def forward(self, x):
                with contextlib.suppress(KeyboardInterrupt):
                    Interrupted()(x)
                return x * self.used[0].weight.sum()

        model = Swallowing()
        with record(nested=True) as report:
            model(x)
            model(x).sum().backward()
        assert verdicts(report) == ["wasted", "used"]


class TestWithoutParameters:
    def test_counted_apart(self, x):
        with record() as report:
            nn.MSELoss()(x.clone().requires_grad_(), x).backward()
            nn.MSELoss()(x.clone().requires_grad_(), x)
            nn.MSELoss()(x, x)
        fates = [site.verdict.value for site in report.of_kind(Kind.BARE)]
        assert fates == ["wasted", "used", "nothing recorded"]


def test_json_there_and_back(model, x):
    with record(nested=True) as report:
        model(x).sum().backward()
        Nest()(x)
        nn.ReLU()(x)
    again = Report.from_json(json.loads(json.dumps(report.as_json())))
    assert again.as_json() == report.as_json()
    with pytest.raises(ValueError, match="version 1"):
        Report.from_json({"version": 1})


class TestThreads:
    def test_each_thread_has_its_own_grad_mode(self, model, x):
        def guarded():
            with torch.no_grad():
                barrier.wait()
                model(x)

        def recorded():
            barrier.wait()
            model(x).sum().backward()

        barrier = threading.Barrier(2)
        with record() as report:
            threads = [threading.Thread(target=work) for work in (guarded, recorded)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(verdicts(report)) == ["guarded", "used"]

    def test_many_threads_at_one_site(self, model, x):
        def work(number):
            for _ in range(20):
                output = model(x)
                if number % 2:
                    output.sum().backward()

        with record() as report, ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        (site,) = report.sites
        assert (site.counts.calls, site.counts.used, site.counts.wasted) == (160, 80, 80)
        assert site.kept_bytes == 0

    def test_a_pool_that_maps_the_model_itself(self, model, x):
        with record() as report, ThreadPoolExecutor(1) as pool:
            list(pool.map(model, [x, x]))
        (site,) = report.sites
        assert (site.counts.wasted, Path(site.place.path).name) == (2, "thread.py")

    def test_a_graph_that_another_thread_differentiates(self, model, x):
        with record() as report:
            thread = threading.Thread(target=model(x).sum().backward)
            thread.start()
            thread.join()
        assert verdicts(report) == ["used"]


class TestMemory:
    """Bytes held for backward, in units of what one pass saves: the 3x8 floats after the ReLU."""

    UNIT = 3 * 8 * 4

    def held(self, report) -> tuple[float, float]:
        (site,) = report.sites
        return site.peak_bytes / self.UNIT, site.kept_bytes / self.UNIT

    def test_result_dropped(self, model, x):
        with record() as report:
            for _ in range(5):
                model(x)
        assert self.held(report) == (1, 0)

    def test_result_rebound_in_a_loop(self, model, x):
        with record() as report:
            for _ in range(5):
                output = model(x)
        assert self.held(report) == (2, 1)
        assert output.requires_grad

    def test_results_kept(self, model, x):
        with record() as report:
            outputs = [model(x) for _ in range(5)]
        assert self.held(report) == (5, 5)
        assert len(outputs) == 5

    def test_losses_summed(self, model, x):
        with record() as report:
            total = sum(model(x).sum() for _ in range(5))
        assert self.held(report) == (5, 5)
        assert total.requires_grad

    def test_detached_at_once(self, model, x):
        with record() as report:
            outputs = [model(x).detach() for _ in range(5)]
        assert self.held(report) == (1, 0)
        assert len(outputs) == 5

    def test_backward_frees(self, model, x):
        with record() as report:
            losses = []
            for _ in range(5):
                losses.append(model(x).sum())
                losses[-1].backward()
        assert self.held(report) == (1, 0)

    def test_backward_that_retains_frees_nothing(self, model, x):
        with record() as report:
            loss = model(x).sum()
            loss.backward(retain_graph=True)
        assert self.held(report) == (1, 1)

    def test_guarded(self, model, x):
        with record() as report, torch.no_grad():
            outputs = [model(x) for _ in range(5)]
        assert self.held(report) == (0, 0)
        assert len(outputs) == 5
