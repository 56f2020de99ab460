"""Settings of a training: dataclasses whose fields have limits, and the options of the command line made from them."""

import argparse
from dataclasses import asdict, field, fields

from .checks import check_choice, check_flag, check_instance, check_integer, check_number


def option(default, meaning, *limits, read_with=None):
    """A field of a recipe: its default, what `--help` says, and its limits: (minimum, maximum) or the choices.

    `read_with` names other fields and the values they must have for this one to be read, such as {"conv": ("flgc",)};
    without it the field is always read.
    """
    return field(default=default, metadata={"help": meaning, "limits": limits, "read_with": read_with or {}})


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


def ignored_because(item, settings):
    """The other fields whose values in `settings`, a dict, make the field `item` ignored; empty if it is read."""
    return [name for name, values in item.metadata["read_with"].items() if settings[name] not in values]


def relevant_fields(settings, kind):
    """The settings of a dataclass `kind`, a dict, without those that are ignored."""
    ignored = {item.name for item in fields(kind) if ignored_because(item, settings)}
    return {name: value for name, value in settings.items() if name not in ignored}


def describe_ignored(given, recipe):
    """Lines that say which of the fields `given` a recipe ignores, and why."""
    settings, lines = asdict(recipe), []
    for item in fields(recipe):
        reasons = [f"{as_option(name)} {settings[name]}" for name in ignored_because(item, settings)]
        if item.name in given and reasons:
            lines.append(f"{as_option(item.name)} is ignored with {' and '.join(reasons)}")
    return lines


def as_option(name):
    """The option of the command line for a field."""
    return f"--{name.replace('_', '-')}"
