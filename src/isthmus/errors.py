"""The errors users see: one base class, one class per stage."""


class IsthmusError(Exception):
    """Report a failure in the user's terms: what went wrong, where, and the way out.

    `location` names the user's file and line or layer; `note` the way out. Both become lines of their own.
    """

    def __init__(self, message: str, *, location: str | None = None, note: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.note = note

    def __str__(self) -> str:
        lines = [self.message]
        if self.location:
            lines.append(f"  at {self.location}")
        if self.note:
            lines.append(f"note: {self.note}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.location, self.note))


def _rebuild(kind: type[IsthmusError], message: str, location: str | None, note: str | None) -> IsthmusError:
    return kind(message, location=location, note=note)


class CaptureError(IsthmusError):
    """The program could not be captured: a shape, dtype, operator or construct is not supported."""


class VerifyError(IsthmusError):
    """The IR breaks a rule of the dialect or of a stage."""


class PassError(IsthmusError):
    """A pass or a pipeline failed or was asked for something it does not know."""


class CompileError(IsthmusError):
    """The program could not be compiled for a target."""


class ArtifactError(IsthmusError):
    """An artifact cannot be written, read or used on this machine."""


class RunError(IsthmusError):
    """A call was refused or failed: arguments, buffers or the device."""


class CommunicationError(IsthmusError):
    """Ranks disagree, or one of them failed or did not answer in time."""
