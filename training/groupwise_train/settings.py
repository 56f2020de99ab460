"""Settings of a training: dataclasses whose fields have limits, and the options of the command line made from them."""

import argparse
from dataclasses import field, fields

from .checks import check_choice, check_flag, check_instance, check_integer, check_number


def option(default, meaning, *limits):
    """A field of a recipe: its default, what `--help` says, and its limits: (minimum, maximum) or the choices."""
    return field(default=default, metadata={"help": meaning, "limits": limits})


def check_settings(settings):
    """Raises TypeError or ValueError for the first field whose value has another type or is outside its limits."""
    for item in fields(settings):
        check_field(item, getattr(settings, item.name))


def check_field(item, value):
    """Checks the value of a field made by `option`."""
    limits = item.metadata["limits"]
    if item.type is bool:
        check_flag(item.name, value)
    elif item.type is int:
        check_integer(item.name, value, *limits)
    elif item.type is float:
        check_number(item.name, value, *limits)
    elif limits:
        check_choice(item.name, value, limits)
    else:
        check_instance(item.name, value, str, "a string")


def add_settings(command, kind):
    """Adds an option to a parser of arguments for every field of the dataclass `kind`."""
    for item in fields(kind):
        name, meaning = as_option(item.name), item.metadata["help"].replace("%", "%%")
        if item.type is bool:
            command.add_argument(name, action="store_true", help=meaning)
            continue
        limits = item.metadata["limits"]
        choices = f"; one of {', '.join(limits)}" if item.type is str and limits else ""
        meaning = f"{meaning}{choices} (default {item.default!r})"
        command.add_argument(name, type=item.type, help=meaning, default=argparse.SUPPRESS)


def ignored_because(name, settings, readers):
    """The fields whose values make the field `name` of `settings`, a dict, ignored; empty if it is read.

    `readers` has, by the field that decides it, the fields that are read only with some of its values, and these.
    """
    return [field for field, values in readers.items() if settings[field] not in values.get(name, (settings[field],))]


def relevant_fields(settings, readers):
    """The settings, a dict, without those that are ignored."""
    return {name: value for name, value in settings.items() if not ignored_because(name, settings, readers)}


def describe_ignored(given, settings, readers):
    """Lines that name those of the fields `given` that are ignored, with the reason."""
    lines = []
    for name in given:
        reasons = [f"{as_option(field)} {settings[field]}" for field in ignored_because(name, settings, readers)]
        if reasons:
            lines.append(f"{as_option(name)} is ignored with {' and '.join(reasons)}")
    return lines


def as_option(name):
    """The option of the command line for a field."""
    return f"--{name.replace('_', '-')}"
