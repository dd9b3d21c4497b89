"""Thin views, by what a person is doing. Every row is reached through the person it belongs to."""
