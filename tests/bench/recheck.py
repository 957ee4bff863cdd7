#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times waxseal-index --keys on an archive: one key, many signatures that wait for it.

The archive is the sample dump's without keys, with the mail of one selector copied row by row, so that the
public-key operations are real ones. Prints the seconds of the whole run, and checks that every copy is settled.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, 'data', 'sample')
FIRST_COPY_ID = 4_000_000_000

COPY = """
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
    INSERT INTO {table} SELECT {columns} FROM n JOIN (
        SELECT s.*, row_number() OVER (ORDER BY s.{order}) - 1 AS place, count(*) OVER () AS total
        FROM {table} s WHERE s.{order} IN (SELECT message_id FROM signature WHERE selector = :selector)
    ) s ON s.place = n.i % s.total
"""


def copy_rows(database, table, order, replaced, selector, count):
    columns = [row[1] for row in database.execute(f'PRAGMA table_info({table})')]
    picked = ', '.join(replaced.get(name, 's.' + name) for name in columns)
    database.execute(COPY.format(table=table, columns=picked, order=order),
                     {'count': count, 'selector': selector})


def make_archive(index, path, selector, count):
    subprocess.run([index, '-q', '--no-builtin-keys', '-d', path, os.path.join(SAMPLE, 'dump')], check=True)
    with sqlite3.connect(path) as database:
        new_id = f'{FIRST_COPY_ID} + n.i'
        copy_rows(database, 'signature', 'message_id', {'message_id': new_id}, selector, count)
        copy_rows(database, 'message', 'id', {'id': new_id, 'sha256': "randomblob(32)"}, selector, count)
    database.close()


def write_key(path, selector):
    with open(os.path.join(SAMPLE, 'keys.tsv'), encoding='utf-8') as keys, open(path, 'w', encoding='utf-8') as out:
        out.writelines(line for line in keys if line.startswith(selector + '\t'))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--index', default=os.path.join(ROOT, 'build', 'release', 'indexer', 'waxseal-index'))
    parser.add_argument('--selector', default='bdv', help='of the sample dump, whose mail has one signature each')
    parser.add_argument('--count', type=int, default=100000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, 'archive.db')
        keys = os.path.join(folder, 'key.tsv')
        make_archive(arguments.index, archive, arguments.selector, arguments.count)
        write_key(keys, arguments.selector)
        begin = time.monotonic()
        subprocess.run([arguments.index, '-q', '--no-builtin-keys', '-d', archive, '--keys', keys], check=True)
        seconds = time.monotonic() - begin
        with sqlite3.connect(archive) as database:
            settled = database.execute('SELECT count(*) FROM signature WHERE message_id >= ? AND key_id IS NOT NULL',
                                       (FIRST_COPY_ID,)).fetchone()[0]
    print(f'{arguments.count} signatures of one key: {seconds:.2f} s, {settled} settled')
    return 0 if settled == arguments.count else 1


if __name__ == '__main__':
    sys.exit(main())
