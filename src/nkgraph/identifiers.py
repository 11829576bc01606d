"""The register of claim identifiers: a key once published is never renumbered, and never used for another claim.

``data/identifiers.tsv`` lists, for each claim ever registered, its document, its key and the place of its words (the
fingerprints of its spans). ``nkgraph claims register`` adds new ones; a build compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from nkgraph.claims import ClaimErrors
from nkgraph.errors import ClaimError, NkgraphError, ReadError
from nkgraph.model import Claim

__all__ = ["check_identifiers", "describe_words", "read_register", "register_claims"]


def describe_words(claim: Claim) -> str:
    """Return a digest of the words a claim rests on and of the properties it states, which a new key does not change.

    What a claim says may be corrected under its key; this is only used to recognise a claim under another key.
    """
    marks = [f"{span.fingerprint}:{span.length}:{span.before}" for span in claim.spans]
    marks += ["derived", *claim.sources] if not claim.spans else []
    marks += sorted(key for key in claim.says.properties)
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:16]


def read_register(path: Path) -> dict[tuple[str, str], str]:
    """Return the register: (document, key) to the digest of its words. A register that is not there is empty.

    Raises:
        ReadError: it cannot be read, or a line has not three columns.
    """
    if not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(f"not UTF-8 at byte {error.start}", path=path, remedy="save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot be read ({error.strerror})", path=path) from error
    register: dict[tuple[str, str], str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 3:
            message = f"a line of the register has three columns, and this has {len(columns)}"
            raise ReadError(message, path=path, line=number, remedy="put back the last register you had")
        register[columns[0], columns[1]] = columns[2]
    return register


def check_identifiers(path: Path, claims: Iterable[Claim]) -> None:
    """Compare the claims with the register of identifiers.

    Raises:
        ClaimErrors: a registered claim is gone without being withdrawn, stands under another key (renumbered), or its key
            is given to another registered claim (reused). A claim whose words were mended keeps its key.
    """
    register = read_register(path)
    present = {(claim.document, claim.key): claim for claim in claims}
    lost = {key: digest for key, digest in register.items() if key not in present}
    fresh = {(c.document, describe_words(c)): c for k, c in present.items() if k not in register}
    owners = {(document, digest): key for (document, key), digest in register.items()}
    errors: list[NkgraphError] = []
    for (document, key), claim in present.items():
        now = describe_words(claim)
        owner = owners.get((document, now), key)
        if register.get((document, key), now) != now and owner != key:
            message = (
                f"{key}: this key is now given to the claim that was published as {owner!r}; a key is never reused"
            )
            errors.append(
                ClaimError(message, path=claim.path, line=claim.line, remedy="give each claim its own key back")
            )
    for (document, key), digest in sorted(lost.items()):
        other = fresh.get((document, digest))
        if other is not None:
            message = f"{other.key}: this claim was published as {key!r}; an identifier is never renumbered"
            errors.append(ClaimError(message, path=other.path, line=other.line, remedy=f"give it back the key {key!r}"))
        else:
            message = f"{key}: this claim of {document} was published and is gone"
            errors.append(
                ClaimError(
                    message,
                    path=path,
                    remedy="put it back with its old key; a claim that must go is withdrawn with `nkgraph withdraw`",
                )
            )
    if errors:
        raise ClaimErrors(errors)


def register_claims(path: Path, claims: Iterable[Claim]) -> tuple[str, int]:
    """Return the text of the register with the claims that it lacks, or that have other words now, and how many those are."""
    register = read_register(path)
    added = 0
    for claim in claims:
        key, now = (claim.document, claim.key), describe_words(claim)
        if register.get(key) != now:
            register[key] = now
            added += 1
    rows = [f"{document}\t{key}\t{digest}" for (document, key), digest in sorted(register.items())]
    header = "# document\tkey\tdigest of its words: every claim ever published; see src/nkgraph/identifiers.py"
    return "\n".join([header, *rows]) + "\n", added
