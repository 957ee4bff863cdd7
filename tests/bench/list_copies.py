"""Makes much mail out of one mbox: copies of its messages, each copy with Message-IDs of its own (run.py --copies)."""
import os
import re

# Also in bodies; that hurts nobody.
IDS = re.compile(rb"^(?:Message-ID|In-Reply-To|References):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)


def copy_of(mail, number):
    """Returns the mbox with other ids: threads stay threads, and no copy is a twin of another."""
    return IDS.sub(lambda match: match.group().replace(b"@", b".%d@" % number), mail)


def generate(folder, mbox, copies):
    """Writes folder/00.mbox and so on, the first unchanged. Returns their bytes."""
    os.makedirs(folder)
    with open(mbox, "rb") as file:
        mail = file.read()
    size = 0
    for number in range(copies):
        with open(os.path.join(folder, f"{number:02}.mbox"), "wb") as file:
            size += file.write(copy_of(mail, number) if number else mail)
    return size
