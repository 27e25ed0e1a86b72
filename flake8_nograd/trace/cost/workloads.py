"""The models that are measured, and what one batch for them looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class Workload:
    """A model in eval mode and one batch."""

    name: str
    build: Callable[[], tuple[nn.Module, torch.Tensor]]

    def prepared(self) -> tuple[nn.Module, torch.Tensor]:
        """The same weights and numbers every time."""
        torch.manual_seed(0)
        model, batch = self.build()
        return model.eval(), batch


class _Residual(nn.Module):
    """Two convolutions with batch normalisation, added to what comes in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.body(x))


def _linear() -> tuple[nn.Module, torch.Tensor]:
    return nn.Linear(10, 5), torch.randn(1000, 10)


def _mlp() -> tuple[nn.Module, torch.Tensor]:
    layers = (nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    return nn.Sequential(*layers), torch.randn(64, 256)


def _conv_stack() -> tuple[nn.Module, torch.Tensor]:
    return (
        nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1),
            *(_Residual(64) for _ in range(4)),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(64, 10),
        ),
        torch.randn(4, 3, 32, 32),
    )


def _transformer() -> tuple[nn.Module, torch.Tensor]:
    layer = nn.TransformerEncoderLayer(128, nhead=4, dim_feedforward=256, batch_first=True)
    return nn.TransformerEncoder(layer, num_layers=4), torch.randn(8, 32, 128)


def _lstm() -> tuple[nn.Module, torch.Tensor]:
    return nn.LSTM(64, 128, num_layers=2, batch_first=True), torch.randn(8, 32, 64)


WORKLOADS = (
    Workload("nn.Linear(10, 5), 1000 rows", _linear),
    Workload("MLP 256-512-512-10, 64 rows", _mlp),
    Workload("conv stack, 4 residual blocks", _conv_stack),
    Workload("TransformerEncoder, 4 layers of 128", _transformer),
    Workload("LSTM, 2 layers of 128", _lstm),
)
