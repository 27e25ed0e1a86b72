"""The rules, one module each; adding a module adds the rule."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from flake8_nograd.rules.base import Rule


def _find() -> dict[str, Rule]:
    found = []
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("ngr"):
            module = importlib.import_module(f"{__name__}.{info.name}")
            rule: Rule = module.RULE
            found.append(rule._replace(written=module.__doc__ or ""))
    return {rule.code: rule for rule in sorted(found, key=lambda rule: rule.code)}


RULES: Mapping[str, Rule] = _find()
