"""What ``--help`` adds: how to begin, and for scripts the exit statuses and an example."""

PROGRAM = "To begin: claude-status install. If nothing shows: claude-status doctor."
DOCTOR = """\
exit status:
  0  new numbers are possible
  1  something prevents that
With --shells: 0 if each shell that has the line shows it, else 1.

Without --shells, only files are read, and nothing is started.
"""
CHECK = """\
exit status:
  0  every limit is at or below PERCENT
  1  a limit is above PERCENT
  2  wrong usage
  3  a number is not known, or too old to tell

example:
  claude-status check --max 80 && ./expensive-job
"""
WAIT = """\
exit status:
  0  every limit is below PERCENT or has been reset
  2  wrong usage
  3  no number is known
  4  SECONDS have passed

example:
  claude-status wait --below 100 --limit 5h && claude -p continue
"""
HOOK = """\
exit status:
  0  go on; also when a number is not known
  1  wrong usage, which stops nothing
  2  stop: a limit is above --max

example, as the command of a UserPromptSubmit hook:
  claude-status hook --max 95 --tell 70
"""
