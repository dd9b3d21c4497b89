"""A chat model as the second examiner: optional, beside the built-in grader, never in its way.

``config`` reads the settings, ``untrusted`` prepares an answer and finds quotes in it, ``prompt`` asks,
``client`` talks to the server, ``parsing`` reads the reply, ``scoring`` decides what of it counts,
``examining`` is these in order, ``opinions`` keeps them with the attempts, ``tasks`` does it in the
background. Nothing here loads the openai package before a request is made.
"""
