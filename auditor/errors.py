"""The errors a user can meet, and the exit code each one ends the command line with.

    AuditorError
      UsageError        2   wrong option, setting or column name
      DataError         4   a file that cannot be audited
      MachineError      5   disk, memory, or a package or model that is missing

1 and 3 are the gate's: FAIL and INCONCLUSIVE. Nothing else ends with them, so that no crash is
taken for a verdict; what is no AuditorError ends with DEFECT.

Every message names what was found, what was expected and the next step, in one line.
"""

DEFECT = 70  # EX_SOFTWARE of sysexits.h


class AuditorError(Exception):
    """Base of every error that is the user's to mend; anything else is a defect of ours."""

    exit_code = DEFECT


class UsageError(AuditorError):
    """An option, setting or column name that does not exist or does not fit."""

    exit_code = 2


class DataError(AuditorError):
    """A file that cannot be read or holds nothing to audit."""

    exit_code = 4


class MachineError(AuditorError):
    """The machine lacks something: a package, a model, disk space, permission."""

    exit_code = 5
