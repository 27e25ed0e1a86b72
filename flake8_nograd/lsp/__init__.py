"""Findings and their cures in editors."""
