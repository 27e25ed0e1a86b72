"""The ways in which a fix can be asked for, by the options that ask for them."""

from __future__ import annotations

from flake8_nograd.fixing import Form, Guard, Style

OPTION_SETS = {
    "no_grad": Style(),
    "inference_mode": Style(Guard.INFERENCE_MODE),
    "with": Style(form=Form.WITH),
    "decorator": Style(form=Form.DECORATOR),
}
