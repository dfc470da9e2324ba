"""The service behind JupyterHub: people are who the Hub says they are.

`environment` reads what the Hub tells a service, `api` asks the Hub whose a token is, `groups` and
`roles` make a person of the answer, and `people` proves identities by it, for the door.
"""
