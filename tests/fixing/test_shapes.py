"""Which shape a guard takes."""

from __future__ import annotations

import pytest
from applying import apply, finding_at

from flake8_nograd.fixing import Form, Style, Verdict
from flake8_nograd.source import Source


def test_with_around_the_fewest_whole_statements(check_fix):
    check_fix(
        """
        import torch

        for x in batches:
            x = x.to(device)
            out = model(x)  #block
            print(out)
        """,
        """
        import torch

        for x in batches:
            x = x.to(device)
            with torch.no_grad():
                out = model(x)
            print(out)
        """,
    )


def test_one_with_around_neighbouring_statements(check_fix):
    check_fix(
        """
        import torch

        first = model(x)  #block

        # and once more
        second = model(first)  #block
        print(second)
        """,
        """
        import torch

        with torch.no_grad():
            first = model(x)

            # and once more
            second = model(first)
        print(second)
        """,
    )


def test_comment_above_the_block_stays_above_the_with(check_fix):
    check_fix(
        """
        import torch

        # what does the net say?
        out = net(x)  #block
        # done
        """,
        """
        import torch

        # what does the net say?
        with torch.no_grad():
            out = net(x)
        # done
        """,
    )


def test_decorator_when_all_of_the_function_is_inference(check_fix):
    check_fix(
        """
        import torch


        # how good is it?
        def test(model, loader):
            model.eval()
            for x, y in loader:
                out = model(x)  #block
                print((out.argmax(1) == y).sum().item())
        """,
        """
        import torch


        # how good is it?
        @torch.no_grad()
        def test(model, loader):
            model.eval()
            for x, y in loader:
                out = model(x)
                print((out.argmax(1) == y).sum().item())
        """,
        whole=True,
    )


@pytest.mark.parametrize("above", ["staticmethod", "classmethod", "property"])
def test_guard_is_the_innermost_decorator(check_fix, above):
    check_fix(
        f"""
        import torch

        class Service:
            @{above}
            # says what it sees
            def answer(cls):
                return model(cls.x).argmax().item()  #block
        """,
        f"""
        import torch

        class Service:
            @{above}
            # says what it sees
            @torch.no_grad()
            def answer(cls):
                return model(cls.x).argmax().item()
        """,
        whole=True,
    )


def test_function_of_another_decorator_is_not_decorated(check_fix):
    check_fix(
        """
        import torch

        class Service:
            @app.route("/p")
            def answer(self):
                return model(self.x).argmax().item()  #block
        """,
        """
        import torch

        class Service:
            @app.route("/p")
            def answer(self):
                with torch.no_grad():
                    return model(self.x).argmax().item()
        """,
        whole=True,
    )


def test_guard_joins_the_with_whose_body_is_the_block(check_fix):
    check_fix(
        """
        import torch

        with torch.autocast("cuda"):
            out = model(x)  #block
        """,
        """
        import torch

        with torch.autocast("cuda"), torch.no_grad():
            out = model(x)
        """,
    )


def test_guard_joins_a_with_in_parentheses_in_its_manner(check_fix):
    check_fix(
        """
        import torch

        with (
            torch.autocast("cuda"),
            open("log") as log,
        ):
            out = model(x)  #block
            log.write(out.item())  #block
        """,
        """
        import torch

        with (
            torch.autocast("cuda"),
            open("log") as log,
            torch.no_grad(),
        ):
            out = model(x)
            log.write(out.item())
        """,
    )


def test_guard_joins_a_single_item_in_parentheses(check_fix):
    check_fix(
        """
        import torch

        with (
            torch.autocast("cuda"),
        ):
            out = model(x)  #block
        """,
        """
        import torch

        with (
            torch.autocast("cuda"),
            torch.no_grad(),
        ):
            out = model(x)
        """,
    )


def test_no_guard_among_async_context_managers(check_fix):
    check_fix(
        """
        import torch

        async def answer(x):
            async with lock:
                return model(x).item()  #block
        """,
        """
        import torch

        async def answer(x):
            async with lock:
                with torch.no_grad():
                    return model(x).item()
        """,
        whole=True,
    )


def test_guard_that_ended_early_is_extended(check_fix):
    check_fix(
        """
        import torch

        with torch.no_grad():  #guard
            model.eval()
            # the rest follows
        x = x.to(device)
        # now
        out = model(x)  #block
        print(out.item())
        """,
        """
        import torch

        with torch.no_grad():
            model.eval()
            # the rest follows
            x = x.to(device)
            # now
            out = model(x)
        print(out.item())
        """,
    )


def test_extension_moves_the_loop_that_holds_the_block(check_fix):
    check_fix(
        """
        import torch

        with torch.no_grad(): model.eval()  #guard
        for x in batches:
            print(model(x).item())  #block
        """,
        """
        import torch

        with torch.no_grad():
            model.eval()
            for x in batches:
                print(model(x).item())
        """,
    )


def test_extension_leaves_out_what_trains(check_fix):
    check_fix(
        """
        import torch

        with torch.no_grad():  #guard
            model.eval()
        for x in batches:
            print(model(x).item())  #block
            loss(x).backward()
        """,
        """
        import torch

        with torch.no_grad():
            model.eval()
        for x in batches:
            with torch.no_grad():
                print(model(x).item())
            loss(x).backward()
        """,
    )


def test_guard_with_further_items_is_not_extended(check_fix):
    check_fix(
        """
        import torch

        with torch.no_grad(), torch.autocast("cuda"):  #guard
            model.eval()
        print(model(x).item())  #block
        """,
        """
        import torch

        with torch.no_grad(), torch.autocast("cuda"):
            model.eval()
        with torch.no_grad():
            print(model(x).item())
        """,
    )


def test_style_with_writes_no_decorator(check_fix):
    check_fix(
        """
        import torch

        def test(x):
            return model(x).item()  #block
        """,
        """
        import torch

        def test(x):
            with torch.no_grad():
                return model(x).item()
        """,
        whole=True,
        style=Style(form=Form.WITH),
    )


_MIXED = """
    import torch

    def test(x):
        with torch.no_grad():
            a = other(x)
        return model(a).item()  #block
    """


def test_function_that_guards_by_with_keeps_its_manner(check_fix):
    check_fix(
        _MIXED,
        """
        import torch

        def test(x):
            with torch.no_grad():
                a = other(x)
                return model(a).item()
        """,
        whole=True,
    )


def test_style_decorator_prefers_one_all_the_same(check_fix):
    check_fix(
        _MIXED,
        """
        import torch

        @torch.no_grad()
        def test(x):
            with torch.no_grad():
                a = other(x)
            return model(a).item()
        """,
        whole=True,
        style=Style(form=Form.DECORATOR),
    )


def test_suite_on_the_line_of_its_header(check_fix):
    check_fix(
        """
        import torch

        if step % 10 == 0: print(model(x).item())  #block
        """,
        """
        import torch

        if step % 10 == 0:
            with torch.no_grad():
                print(model(x).item())
        """,
    )


def test_statement_between_semicolons():
    text = b"import torch\n# all in one\na = 1; y = model(x); print(y);  # done\nb = 2; c = 3;\n"
    source = Source.from_bytes(text)
    assert apply(text, [finding_at(source, 3)], source=source).data == (
        b"import torch\n# all in one\na = 1\nwith torch.no_grad():\n    y = model(x)\n"
        b"print(y);  # done\nb = 2; c = 3;\n"
    )


def test_elif_is_guarded_from_its_if_on(check_fix):
    check_fix(
        """
        import torch

        if quick:
            print(0)
        elif model(x).item() > 0:  #block
            print(1)
        """,
        """
        import torch

        with torch.no_grad():
            if quick:
                print(0)
            elif model(x).item() > 0:
                print(1)
        """,
    )


def test_two_findings_of_one_function_share_a_decorator(fix_two):
    result = fix_two(
        """
        import torch

        model = torch.nn.Linear(1, 1)

        def test(x):
            print(model(x).item())  #block
            if x.any():
                print(model(-x).item())  #block2
        """,
        first={"whole": True},
        whole=True,
    )
    assert result.data.decode().count("no_grad") == 1
    assert [outcome.verdict for outcome in result.outcomes] == [Verdict.FIXED, Verdict.FIXED]


def test_overlapping_blocks_wait_for_the_next_round(fix_two):
    result = fix_two(
        """
        import torch

        model = torch.nn.Linear(1, 1)

        if model(x).item() > 0:  #block
            print(model(-x).item())  #block2
        """
    )
    assert result.data.decode().count("no_grad") == 1
    assert [outcome.verdict for outcome in result.outcomes] == [Verdict.FIXED, Verdict.LATER]
