"""What a browser would post from the forms of sources, publishers and people."""

from django.test import Client


def opened(client: Client, url: str) -> dict[str, str]:
    """What the form holds when it is opened, the values that it keeps in mind among them."""
    form = client.get(url).context["adminform"].form
    shown = {field.html_name: field.value() for field in form}
    keeps = [field for field in form if field.field.show_hidden_initial]
    hidden = {field.html_initial_name: shown[field.html_name] for field in keeps}
    values = {**shown, **hidden}
    return {name: "" if value is None else str(value) for name, value in values.items()}
