"""libcst's own way in.

`python -m libcst.tool codemod -x --no-format flake8_nograd.codemod.NoGradCommand PATH`; `-x` tells
libcst that the command is not one of its own.
"""

from __future__ import annotations

import argparse

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from flake8_nograd import fix_engine
from flake8_nograd.command.settings import Settings
from flake8_nograd.fixing import FixError, Form, Guard, Style
from flake8_nograd.report import describe
from flake8_nograd.source import SourceError


class NoGradCommand(CodemodCommand):
    """The same fixes as `nograd-fix`, with flake8's configuration, run by libcst."""

    DESCRIPTION = "Put torch.no_grad() around forward passes whose graph nobody needs."

    def __init__(
        self,
        context: CodemodContext,
        guard: str = Guard.NO_GRAD.value,
        style: str = Form.AUTO.value,
        unsafe_fixes: bool = False,
    ) -> None:
        super().__init__(context)
        self._style = Style(Guard(guard), Form(style), unsafe_fixes)
        self._settings = Settings.read([])

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Register the arguments of this command."""
        arg_parser.add_argument("--guard", choices=[item.value for item in Guard])
        arg_parser.add_argument("--style", choices=[item.value for item in Form])
        arg_parser.add_argument("--unsafe-fixes", action="store_true")
        arg_parser.set_defaults(guard=Guard.NO_GRAD.value, style=Form.AUTO.value)

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Fix one module; one that cannot be handled is skipped with the reason."""
        path = self.context.filename or "<stdin>"
        settings = self._settings
        try:
            fixed = fix_engine.fix(tree.bytes, path, settings.options, self._style, settings.keep)
        except (SourceError, FixError) as error:
            raise SkipFile(str(error)) from error
        for outcome in fixed.left:
            self.warn(describe(path, outcome))
        return cst.parse_module(fixed.after) if fixed.changed else tree
