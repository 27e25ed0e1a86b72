"""Fits the detectors that are networks, and scores new data."""

import numpy as np
import torch
from pyod.models.ae1svm import AE1SVM
from pyod.models.alad import ALAD
from pyod.models.anogan import AnoGAN
from pyod.models.auto_encoder import AutoEncoder
from pyod.models.deep_svdd import DeepSVDD
from pyod.models.dif import DIF
from pyod.models.lunar import LUNAR
from pyod.models.mo_gaal import MO_GAAL
from pyod.models.so_gaal import SO_GAAL
from pyod.models.vae import VAE

rng = np.random.default_rng(0)
train, test = rng.normal(size=(60, 4)), rng.normal(size=(10, 4))
for make in (
    lambda: AutoEncoder(epoch_num=1, batch_size=16, hidden_neuron_list=[8, 4]),
    lambda: VAE(epoch_num=1, batch_size=16, encoder_neuron_list=[8, 4], decoder_neuron_list=[4, 8]),
    lambda: DeepSVDD(n_features=4, epochs=1, hidden_neurons=[8, 4], batch_size=16),
    lambda: SO_GAAL(stop_epochs=1),
    lambda: MO_GAAL(stop_epochs=1, k=2),
    lambda: LUNAR(n_epochs=2),
    lambda: AE1SVM(epochs=1, batch_size=16),
    lambda: DIF(n_ensemble=2, n_estimators=2),
    lambda: ALAD(epochs=1, batch_size=16),
    lambda: AnoGAN(epochs=1, epochs_query=1, batch_size=16),
):
    torch.manual_seed(0)
    np.random.seed(0)
    try:
        detector = make()
        detector.fit(train)
        scores = detector.decision_function(test)
        print(type(detector).__name__, np.shape(scores), np.round(np.nanmean(scores), 3))
        print(detector.predict(test).shape, detector.predict_proba(test).shape)
    except Exception as error:
        print(type(error).__name__, str(error).splitlines()[:1])
