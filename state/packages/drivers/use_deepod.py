"""Fits detectors of outliers in tables and series, scores new data, and chooses a detector."""

import numpy as np
import torch
from deepod.model_selection import FMMS
from deepod.models import dif, tabular, time_series
from deepod.models.time_series.anomalytransformer import AnomalyTransformer
from deepod.models.time_series.timesnet import TimesNet

rng = np.random.default_rng(0)
train, test = rng.normal(size=(64, 6)), rng.normal(size=(40, 6))
known = (np.arange(64) < 8).astype(int)
small = {"epochs": 1, "batch_size": 16, "device": "cpu", "verbose": 0, "random_state": 0}
series = {**small, "seq_len": 10}
few = {"n_ensemble": 2, "n_estimators": 2, "device": "cpu", "verbose": 0}
for make, labels in (
    (lambda: tabular.DeepSVDD(**small), None),
    (lambda: tabular.RCA(**small), None),
    (lambda: tabular.NeuTraL(**small), None),
    (lambda: tabular.ICL(**small), None),
    (lambda: tabular.RDP(**small), None),
    (lambda: tabular.SLAD(**small), None),
    (lambda: tabular.DeepIsolationForest(**few), None),
    (lambda: dif.DeepIsolationForest(**few), None),
    (lambda: tabular.DeepSAD(**small), known),
    (lambda: tabular.DevNet(**small), known),
    (lambda: tabular.PReNet(**small), known),
    (lambda: tabular.FeaWAD(**small), known),
    (lambda: time_series.DeepSVDDTS(**series), None),
    (lambda: time_series.TranAD(**series), None),
    (lambda: time_series.USAD(**series), None),
    (lambda: time_series.COUTA(**series), None),
    (lambda: time_series.TcnED(**series), None),
    (lambda: time_series.DeepIsolationForestTS(**few, seq_len=10), None),
    (lambda: TimesNet(**series), None),
    (lambda: AnomalyTransformer(**series), None),
):
    torch.manual_seed(0)
    np.random.seed(0)
    name = ""
    try:
        detector = make()
        name = type(detector).__name__
        detector.fit(train, y=labels)
        scores = detector.decision_function(test)
        print(name, np.shape(scores), np.round(np.nanmean(scores), 3))
    except Exception as error:
        print(name, type(error).__name__, str(error).splitlines()[:1])

torch.manual_seed(0)
features, results = rng.normal(size=(8, 200)).astype("float32"), rng.random((8, 5), "float32")
try:
    chooser = FMMS(embedding_size=4, epoch=2).fit(features, results)
    chooser.predict(f=features[:1])
except Exception as error:
    print("FMMS", type(error).__name__, str(error).splitlines()[:1])
