"""``python -m wavetrain script.py [arguments]``: runs a script whose imports say tensorflow or keras."""

import os
import runpy
import sys

USAGE = """usage: python -m wavetrain SCRIPT [ARGUMENT...]
       python -m wavetrain -m MODULE [ARGUMENT...]
       python -m wavetrain -c COMMAND [ARGUMENT...]

Runs a program in which `import tensorflow` and `import keras` mean wavetrain."""


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    from ._hook import install

    install()
    if arguments[0] in ("-m", "-c") and len(arguments) < 2:
        print(USAGE, file=sys.stderr)
        return 2
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path[0] = os.getcwd()
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        sys.path[0] = ""
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})
    else:
        script = arguments[0]
        if not os.path.exists(script):
            print(f"python -m wavetrain: can't open file '{script}'", file=sys.stderr)
            return 2
        sys.argv = arguments
        sys.path[0] = os.path.dirname(os.path.abspath(script))
        runpy.run_path(script, run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
