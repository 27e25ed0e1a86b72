"""Learns a few steps with each algorithm, then acts."""

import gymnasium as gym
import torch
from stable_baselines3 import A2C, DDPG, DQN, PPO, SAC, TD3
from stable_baselines3.common.evaluation import evaluate_policy

torch.manual_seed(0)
for algorithm, env, options in (
    (PPO, "CartPole-v1", {"n_steps": 16, "batch_size": 8, "n_epochs": 1}),
    (A2C, "CartPole-v1", {"n_steps": 8}),
    (DQN, "CartPole-v1", {"learning_starts": 8, "buffer_size": 100}),
    (SAC, "Pendulum-v1", {"learning_starts": 8, "buffer_size": 100}),
    (TD3, "Pendulum-v1", {"learning_starts": 8, "buffer_size": 100}),
    (DDPG, "Pendulum-v1", {"learning_starts": 8, "buffer_size": 100}),
):
    model = algorithm(
        "MlpPolicy", env, policy_kwargs={"net_arch": [8]}, seed=0, device="cpu", **options
    )
    model.learn(32)
    observation, _ = gym.make(env).reset(seed=0)
    action, _ = model.predict(observation, deterministic=True)
    print(algorithm.__name__, action.shape)
    print(evaluate_policy(model, model.get_env(), n_eval_episodes=1, warn=False)[1] == 0)
