"""JupyterHub with a class: an example, explained in jupyterhub.md, and what a test uses.

Change the lines with `yours`, and add your authenticator and spawner.
"""

c = get_config()  # noqa: F821 - JupyterHub gives it

c.JupyterHub.public_url = "https://hub.example.org/"  # yours

# The class: JupyterHub starts it, and starts it anew if it ends.
c.JupyterHub.services = [
    {
        "name": "class",
        "url": "http://127.0.0.1:8765",
        # yours: the courses and the folder
        "command": ["edu-widgets", "serve", "--course", "py101", "--data", "/srv/edu-widgets"],
    }
]

# Who teaches. An authenticator may bring groups of its own instead.
c.JupyterHub.load_groups = {"instructors": {"users": ["mira"]}}  # yours

# What somebody may do there: enter, and teach.
c.JupyterHub.custom_scopes = {"custom:class:teach": {"description": "Teach the class"}}
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=class"]},
    {"name": "class-instructors", "scopes": ["custom:class:teach"], "groups": ["instructors"]},
]

# Each server's token carries those of these scopes that its owner has.
c.Spawner.server_token_scopes = [
    "users:activity!user",
    "access:servers!server",
    "access:services!service=class",
    "custom:class:teach",
]

# Where edu.connect() goes when it is given nothing.
c.Spawner.environment = {"EDU_WIDGETS_HUB_SERVICE": "class"}
