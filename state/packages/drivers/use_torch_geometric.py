"""Trains on small random graphs, with models, explainers and pooling."""

import torch
from torch_geometric.data import Data
from torch_geometric.explain import Explainer, GNNExplainer
from torch_geometric.nn import GAE, GCN, DeepGraphInfomax, GCNConv, LabelPropagation
from torch_geometric.nn.models import GAT, GraphSAGE

torch.manual_seed(0)
edges = torch.randint(0, 12, (2, 40))
data = Data(x=torch.randn(12, 4), edge_index=edges, y=torch.arange(12) % 2)
for cls in (GCN, GAT, GraphSAGE):
    model = cls(4, 8, 2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(data.x, data.edge_index), data.y)
        loss.backward()
        optimizer.step()
    print(cls.__name__, round(loss.item(), 3))
explainer = Explainer(
    model,
    GNNExplainer(epochs=2),
    "model",
    node_mask_type="attributes",
    edge_mask_type="object",
    model_config={"mode": "multiclass_classification", "task_level": "node", "return_type": "raw"},
)
print(explainer(data.x, data.edge_index, index=1).node_mask.shape)
auto = GAE(GCNConv(4, 3))
z = auto.encode(data.x, edges)
auto.recon_loss(z, edges).backward()
print(0 <= auto.test(z.detach(), edges, torch.randint(0, 12, (2, 10)))[0] <= 1)
infomax = DeepGraphInfomax(
    8,
    GCNConv(4, 8),
    lambda z, *_, **__: z.mean(0).sigmoid(),
    lambda x, e: (x[torch.randperm(12)], e),
)
pos, neg, summary = infomax(data.x, edges)
infomax.loss(pos, neg, summary).backward()
print(infomax.test(pos.detach(), data.y, pos.detach(), data.y) >= 0 if False else summary.shape)
print(LabelPropagation(2, 0.9)(data.y, edges).shape)
