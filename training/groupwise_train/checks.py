"""Checks of arguments. Errors state the argument, its value, what is expected and, for names, the nearest valid one."""

import difflib
import functools
import inspect
import math
from collections.abc import Sequence
from numbers import Integral, Real

import torch
from torch import nn

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def shown(value):
    """A value and its type, shortened, as error messages quote them."""
    text = repr(value)
    return f"{text if len(text) <= 80 else f'{text[:77]}...'} ({type(value).__name__})"


def quoted(names):
    """Names as a list for a message."""
    return ", ".join(f'"{name}"' for name in names)


def nearest(name, known):
    """`; did you mean "..."?` if one of the known names is near, else nothing."""
    near = difflib.get_close_matches(name, known, 1)
    return f'; did you mean "{near[0]}"?' if near else ""


def parameter_names(function):
    """The parameters that a function or a class's constructor takes by name; None if it takes any (`**options`)."""
    parameters = inspect.signature(function).parameters.values()
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return [parameter.name for parameter in parameters if parameter.kind in NAMED and parameter.name != "self"]


def refuse_unknown(owner, names, known):
    """Raises TypeError for the first of `names` that is not in `known`."""
    for name in names:
        if name not in known:
            raise TypeError(
                f'{owner} has no option "{name}"{nearest(name, known) or f"; its options are {quoted(known)}"}'
            )


def named_options(function):
    """Makes a function or constructor refuse unknown keyword arguments with a TypeError that suggests another."""
    owner, known = function.__qualname__.removesuffix(".__init__"), parameter_names(function)

    @functools.wraps(function)
    def checked(*arguments, **options):
        refuse_unknown(owner, options, known)
        return function(*arguments, **options)

    return checked


def check_integer(name, value, minimum=None, maximum=None):
    """Raises TypeError unless `value` is an integer, ValueError unless it is in the range, bounds included."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {shown(value)}")
    check_range(name, value, minimum, maximum)


def check_number(name, value, minimum=None, maximum=None):
    """Raises TypeError unless `value` is a number, ValueError unless it is finite and in the range, bounds included."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {shown(value)}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    check_range(name, value, minimum, maximum)


def check_range(name, value, minimum, maximum):
    """Raises ValueError unless minimum <= value <= maximum; None is no bound."""
    if (minimum is None or value >= minimum) and (maximum is None or value <= maximum):
        return
    if minimum is not None and maximum is not None:
        raise ValueError(f"{name} must be from {minimum} to {maximum}, got {value}")
    bound = f"at most {maximum}" if minimum is None else f"at least {minimum}"
    raise ValueError(f"{name} must be {bound}, got {value}")


def check_flag(name, value):
    """Raises TypeError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")


def check_choice(name, value, choices):
    """Raises TypeError unless `value` is a string, ValueError unless it is one of `choices`."""
    check_instance(name, value, str, "a string")
    if value not in choices:
        raise ValueError(f'{name} must be one of {quoted(choices)}, got "{value}"{nearest(value, choices)}')


def check_instance(name, value, kinds, expected):
    """Raises TypeError unless `value` is an instance of `kinds`, which the message calls `expected`."""
    if not isinstance(value, kinds):
        raise TypeError(f"{name} must be {expected}, got {shown(value)}")


def reason_of(error):
    """The first line of an exception's message, or its class if it has no message."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def check_network(model):
    """Raises TypeError unless `model` is a module."""
    check_instance("model", model, nn.Module, "an nn.Module")


def check_pair(name, value, minimum):
    """Raises TypeError unless `value` is an integer or a pair of them, ValueError if one is below `minimum`."""
    is_pair = isinstance(value, Sequence) and not isinstance(value, str)
    if is_pair and len(value) != 2:
        raise ValueError(f"{name} must be an integer or a pair of integers, got {shown(value)}")
    for item in value if is_pair else (value,):
        if isinstance(item, bool) or not isinstance(item, Integral):
            raise TypeError(f"{name} must be an integer or a pair of integers, got {shown(value)}")
        check_range(name, item, minimum, None)


def check_convolution(in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, dtype):
    """Checks the arguments that layers share with `nn.Conv2d`, which accepts some wrong ones and fails later."""
    check_integer("in_channels", in_channels, 1)
    check_integer("out_channels", out_channels, 1)
    check_pair("kernel_size", kernel_size, 1)
    check_pair("stride", stride, 1)
    check_pair("dilation", dilation, 1)
    if isinstance(padding, str):
        check_choice("padding", padding, ("valid", "same"))
    else:
        check_pair("padding", padding, 0)
    check_flag("bias", bias)
    check_choice("padding_mode", padding_mode, ("zeros", "reflect", "replicate", "circular"))
    if dtype is not None:
        check_instance("dtype", dtype, torch.dtype, "a torch.dtype")
        if not dtype.is_floating_point:
            raise ValueError(f"dtype must be a floating-point type, got {dtype}")


def check_maps(name, x, channels):
    """Raises TypeError unless `x` is a tensor, ValueError unless it is [batch, channels, height, width].

    Traced and compiled networks skip it: there, sizes are symbols.
    """
    if torch.jit.is_tracing() or torch.compiler.is_compiling() or isinstance(x, torch.fx.Proxy):
        return
    check_instance(name, x, torch.Tensor, f"a tensor [batch, {channels}, height, width]")
    if x.dim() != 4 or x.shape[1] != channels:
        raise ValueError(f"{name} must be of the shape [batch, {channels}, height, width], got {list(x.shape)}")
    if not x.is_floating_point():
        raise TypeError(f"{name} must be a tensor of floats, got {x.dtype}")
