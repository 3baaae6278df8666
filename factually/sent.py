"""What somebody sent, to be kept in a page that has to ask for something first."""

from django.http import HttpRequest

NEVER_SHOWN = "password"  # part of the names of fields that are asked for again instead


def fields(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form as they came, for hidden inputs; without its token, and without passwords."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "_resume-username"} and NEVER_SHOWN not in name
        for value in values
    ]
