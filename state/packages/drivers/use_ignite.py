"""Trains and evaluates with engines, metrics and handlers."""

import torch
from ignite.engine import Events, create_supervised_evaluator, create_supervised_trainer
from ignite.handlers import EMAHandler, FastaiLRFinder
from ignite.metrics import Accuracy, Loss
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)
data = [(torch.randn(8, 4), torch.arange(8) % 2) for _ in range(4)]
optimizer = torch.optim.SGD(model.parameters(), 0.1)
trainer = create_supervised_trainer(model, optimizer, nn.CrossEntropyLoss())
evaluator = create_supervised_evaluator(
    model, {"accuracy": Accuracy(), "nll": Loss(nn.CrossEntropyLoss())}
)
ema = EMAHandler(model, momentum=0.1)
ema.attach(trainer, event=Events.ITERATION_COMPLETED)
trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda _: evaluator.run(data))
trainer.run(data, max_epochs=2)
print(round(evaluator.state.metrics["nll"], 4))
finder = FastaiLRFinder()
with finder.attach(
    trainer, {"model": model, "optimizer": optimizer}, num_iter=4, diverge_th=9
) as one:
    one.run(data)
print(len(finder.get_results()["lr"]))
