"""Trains an embedding with losses and miners, then tests it."""

import torch
from pytorch_metric_learning import distances, losses, miners, testers, trainers
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN, InferenceModel
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(64, 4), torch.arange(64) % 4
dataset = torch.utils.data.TensorDataset(x, y)
trunk, embedder = nn.Linear(4, 8), nn.Linear(8, 3)
for loss in (
    losses.TripletMarginLoss(distance=distances.CosineSimilarity()),
    losses.ContrastiveLoss(),
    losses.ArcFaceLoss(4, 3),
    losses.NTXentLoss(),
):
    trainer = trainers.MetricLossOnly(
        {"trunk": trunk, "embedder": embedder},
        {"trunk_optimizer": torch.optim.SGD(trunk.parameters(), 0.01)},
        32,
        {"metric_loss": loss},
        dataset,
        data_device=torch.device("cpu"),
        dataloader_num_workers=0,
        mining_funcs={}
        if isinstance(loss, losses.ArcFaceLoss)
        else {"tuple_miner": miners.MultiSimilarityMiner()},
    )
    trainer.train(num_epochs=1)
    print(type(loss).__name__, round(float(trainer.losses["total_loss"]), 2) > -1)
tester = testers.GlobalEmbeddingSpaceTester(
    data_device=torch.device("cpu"),
    dataloader_num_workers=0,
    accuracy_calculator=AccuracyCalculator(
        include=("precision_at_1",),
        device=torch.device("cpu"),
        knn_func=CustomKNN(distances.LpDistance()),
    ),
)
print(sorted(tester.test({"train": dataset}, 0, trunk, embedder)))
inference = InferenceModel(trunk, embedder, knn_func=CustomKNN(distances.LpDistance()))
print(inference.is_match(x[:2], x[2:4]))
