"""torch is called what the file calls it, and imported only where it is missing."""

from __future__ import annotations

import pytest

from flake8_nograd.fixing import Verdict


@pytest.mark.parametrize(
    ("imports", "guard"),
    [
        ("import torch", "torch.no_grad()"),
        ("import torch as th", "th.no_grad()"),
        ("import torch.nn", "torch.no_grad()"),
        ("from torch import no_grad", "no_grad()"),
        ("from torch import no_grad as quiet", "quiet()"),
        ("from torch.autograd import no_grad", "no_grad()"),
        ("import torch.autograd as autograd", "autograd.no_grad()"),
        ("import torch\nfrom torch import no_grad", "no_grad()"),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", "torch.no_grad()"),
    ],
)
def test_name_of_the_file_is_used(fix, imports, guard):
    fixed = fix(f"{imports}\n\nout = model(x)  #block\n")
    assert fixed.text == f"{imports}\n\nwith {guard}:\n    out = model(x)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from torch import nn\n\nout = model(x)  #block\n",
            "import torch\nfrom torch import nn\n\nwith torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "import os\n# torch things\nimport torch.nn as nn\n\nout = model(x)  #block\n",
            "import os\n# torch things\nimport torch\nimport torch.nn as nn\n\n"
            "with torch.no_grad():\n    out = model(x)\n",
        ),
        (
            '"""Docs."""\nfrom __future__ import annotations\nout = model(x)  #block\n',
            '"""Docs."""\nfrom __future__ import annotations\n\nimport torch\n'
            "with torch.no_grad():\n    out = model(x)\n",
        ),
        (
            '"""Docs."""\n\nout = model(x)  #block\n',
            '"""Docs."""\n\nimport torch\n\nwith torch.no_grad():\n    out = model(x)\n',
        ),
        (
            "#!/usr/bin/env python\n# licence\nout = model(x)  #block\n",
            "#!/usr/bin/env python\n# licence\nimport torch\n\n"
            "with torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "import os\nimport sys\n\n\nout = model(x)  #block\n",
            "import os\nimport sys\n\nimport torch\n\n\n"
            "with torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "import os\n\nimport numpy as np\nfrom PIL import Image\n\nfrom . import model\n"
            "out = model(x)  #block\n",
            "import os\n\nimport numpy as np\nimport torch\nfrom PIL import Image\n\n"
            "from . import model\nwith torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "import os\n\nimport torchvision\nfrom mynet import model\n\nout = model(x)  #block\n",
            "import os\n\nimport torch\nimport torchvision\nfrom mynet import model\n\n"
            "with torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "import os\n\nfrom .net import model\n\nout = model(x)  #block\n",
            "import os\n\nimport torch\n\nfrom .net import model\n\n"
            "with torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "from .net import model\n\nout = model(x)  #block\n",
            "import torch\n\nfrom .net import model\n\nwith torch.no_grad():\n    out = model(x)\n",
        ),
        (
            "import os\nfrom mynet import model\n\n\nout = model(x)  #block\n",
            "import os\nfrom mynet import model\nimport torch\n\n\n"
            "with torch.no_grad():\n    out = model(x)\n",
        ),
    ],
)
def test_missing_import_is_placed_right(fix, before, after):
    assert fix(before).text == after


def test_import_for_type_checkers_does_not_count(check_fix):
    check_fix(
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import torch

        def answer(x):
            return [model(x).item()]  #block
        """,
        """
        from typing import TYPE_CHECKING

        import torch
        if TYPE_CHECKING:
            import torch

        @torch.no_grad()
        def answer(x):
            return [model(x).item()]
        """,
        whole=True,
    )


def test_import_under_the_main_guard_counts_only_there(check_fix):
    check_fix(
        """
        def answer(x):
            return model(x).item()  #block

        if __name__ == "__main__":
            import torch
        """,
        """
        import torch

        def answer(x):
            with torch.no_grad():
                return model(x).item()

        if __name__ == "__main__":
            import torch
        """,
    )


def test_import_local_to_the_function_is_used_by_a_with(check_fix):
    check_fix(
        """
        def answer(x):
            import torch as th
            return model(x).item()  #block
        """,
        """
        def answer(x):
            import torch as th
            with th.no_grad():
                return model(x).item()
        """,
        whole=True,
    )


def test_file_that_imports_torch_lazily_keeps_doing_so(check_fix):
    check_fix(
        '''
        def load(path):
            import torch
            return torch.load(path)

        def answer(x):
            """Say something."""
            return model(x).item()  #block
        ''',
        '''
        def load(path):
            import torch
            return torch.load(path)

        def answer(x):
            """Say something."""
            import torch

            with torch.no_grad():
                return model(x).item()
        ''',
    )


def test_local_import_below_the_block_does_not_count(check_fix):
    check_fix(
        """
        def answer(x):
            out = model(x)  #block
            import torch
            return torch.argmax(out).item()
        """,
        """
        def answer(x):
            from torch import no_grad

            with no_grad():
                out = model(x)
            import torch
            return torch.argmax(out).item()
        """,
    )


def test_closure_sees_the_import_of_the_function_around_it(check_fix):
    check_fix(
        """
        def make():
            import torch

            def answer(x):
                return model(x).item()  #block
            return answer
        """,
        """
        def make():
            import torch

            @torch.no_grad()
            def answer(x):
                return model(x).item()
            return answer
        """,
        whole=True,
    )


def test_import_of_a_class_body_is_not_seen_by_its_methods(check_fix):
    check_fix(
        """
        class Service:
            import torch

            def answer(self, x):
                return model(x).item()  #block
        """,
        """
        import torch

        class Service:
            import torch

            def answer(self, x):
                with torch.no_grad():
                    return model(x).item()
        """,
    )


def test_parameter_called_torch_is_not_torch(check_fix):
    check_fix(
        """
        import torch

        def answer(torch, x):
            return model(x).item()  #block
        """,
        """
        from torch import no_grad
        import torch

        def answer(torch, x):
            with no_grad():
                return model(x).item()
        """,
    )


def test_no_fix_if_every_name_is_taken(fix):
    fixed = fix(
        """
        import torch

        def answer(torch, no_grad, x):
            return model(x).item()  #block
        """
    )
    assert fixed.outcome.verdict is Verdict.LEFT
    assert "name" in fixed.outcome.reason


def test_decorator_waits_for_an_import_above_it(check_fix):
    check_fix(
        """
        import os

        def answer(x):
            return model(x).item()  #block

        import torch
        """,
        """
        import os

        def answer(x):
            with torch.no_grad():
                return model(x).item()

        import torch
        """,
        whole=True,
    )


def test_match_target_called_torch_is_not_torch(fix):
    fixed = fix(
        """
        import torch

        def answer(x):
            match x:
                case [torch, *rest]:
                    pass
            return model(x).item()  #block
        """
    )
    assert "with no_grad():" in fixed.text


OPTIONAL = """
try:
    from torch import nn
except ImportError:
    nn = None

def answer(x):
    return model(x).item()  #block
"""


def test_import_of_an_optional_torch_goes_beside_its_relative(check_fix):
    check_fix(
        OPTIONAL,
        """
        try:
            import torch
            from torch import nn
        except ImportError:
            nn = None

        def answer(x):
            with torch.no_grad():
                return model(x).item()
        """,
        whole=True,
    )


def test_import_below_a_condition_goes_there_too(check_fix):
    check_fix(
        """
        if has_torch():
            from torch import nn

        def answer(x):
            return model(x).item()  #block
        """,
        """
        if has_torch():
            import torch
            from torch import nn

        def answer(x):
            with torch.no_grad():
                return model(x).item()
        """,
        whole=True,
    )


@pytest.mark.parametrize(
    "handler",
    [
        "except ImportError:\n    torch = None",
        "except ModuleNotFoundError:\n    print('no torch')",
        "except Exception as error:\n    HAS_TORCH = False",
        "finally:\n    pass",
    ],
)
def test_no_decorator_where_torch_may_be_absent(fix, handler):
    text = (
        f"try:\n    import torch\n{handler}\n\ndef answer(x):\n    return model(x).item()  #block\n"
    )
    is_decorated = "@torch.no_grad()" in fix(text, whole=True).text
    assert is_decorated == handler.startswith("finally")


@pytest.mark.parametrize(
    "leaves", ["raise", "sys.exit(1)", "raise SystemExit('no torch') from None"]
)
def test_decorator_if_the_program_ends_without_torch(fix, leaves):
    text = (
        f"try:\n    import torch\nexcept ImportError:\n    print('no')\n    {leaves}\n\n"
        "def answer(x):\n    return model(x).item()  #block\n"
    )
    assert "@torch.no_grad()\ndef" in fix(text, whole=True).text


def test_decorator_where_torch_is_there(check_fix):
    check_fix(
        """
        if has_torch():
            import torch

            def answer(x):
                return model(x).item()  #block
        """,
        """
        if has_torch():
            import torch

            @torch.no_grad()
            def answer(x):
                return model(x).item()
        """,
        whole=True,
    )
