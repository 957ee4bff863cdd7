-- The archive of Waxseal. Plain SQLite 3.40 or later: the stock sqlite3 shell reads all of it.
-- docs/schema.md describes each table for people; keep the two together.
-- Hashes and signatures are BLOBs; times are Unix seconds, UTC; words are those of the RFCs.
-- Narrow tables are in the order of their keys, wide ones in the order in which mail was read: a message
-- of a time that the archive has already must not tear the pages of others apart.

PRAGMA application_id = 0x5758534C; -- "WXSL"
PRAGMA user_version = 4;

-- What was named on the command line.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE, -- absolute
    added_at INTEGER NOT NULL
) STRICT;

-- Each file that was read below a source, with how far reading got.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id),
    path TEXT NOT NULL,    -- relative to the source; '' when the source is the file
    kind TEXT NOT NULL CHECK (kind IN ('mbox', 'message', 'other')),
    container TEXT NOT NULL CHECK (container IN ('file', 'maildir', 'mh')),
    compression TEXT NOT NULL CHECK (compression IN ('none', 'gzip')),
    dialect TEXT NOT NULL CHECK (dialect IN ('none', 'mboxo', 'mboxrd', 'mboxcl', 'mboxcl2')),
    folder TEXT NOT NULL,  -- mail folder as a person would name it
    flags TEXT NOT NULL,   -- Maildir flags, as in the file name
    stored_size INTEGER NOT NULL, -- bytes on disk
    mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,        -- bytes of mail; differs from stored_size when compressed
    done INTEGER NOT NULL,        -- bytes of mail that are accounted for
    state TEXT NOT NULL CHECK (state IN ('partial', 'complete', 'damaged', 'replaced')),
    note TEXT NOT NULL            -- why it is damaged; else ''
) STRICT;
CREATE INDEX file_by_path ON file (source_id, path);

-- One row a distinct message. The id is its date in Unix seconds, or the next free number above;
-- messages without a date have the ids from 1.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL, -- of the exact bytes; message_by_sha256 makes it unique
    size INTEGER NOT NULL,
    date INTEGER,                -- NULL when no date was found
    date_source TEXT NOT NULL CHECK (date_source IN ('none', 'date', 'received', 'envelope')),
    date_offset INTEGER NOT NULL, -- minutes east of UTC, as written
    received_at INTEGER,
    msgid TEXT NOT NULL,          -- without < >
    in_reply_to TEXT NOT NULL,    -- message ids separated by a space
    refs TEXT NOT NULL,           -- the References field, the same way
    dkim TEXT NOT NULL CHECK (dkim IN ('pass', 'nokey', 'fail', 'error', 'none')),
    level TEXT NOT NULL CHECK (level IN ('verified', 'limited', 'none')),
    caveats TEXT NOT NULL,        -- words separated by a space
    signatures INTEGER NOT NULL,  -- DKIM-Signature fields
    attachments INTEGER NOT NULL,
    arc TEXT NOT NULL DEFAULT 'none' CHECK (arc IN ('none', 'pass', 'nokey', 'fail')),
    arc_reason TEXT NOT NULL DEFAULT '',
    thread_id INTEGER NOT NULL,   -- the lowest id of its thread
    language TEXT NOT NULL DEFAULT '' -- of the body, BCP 47; '' when it is not clear
) STRICT;
CREATE UNIQUE INDEX message_by_sha256 ON message (sha256);
CREATE INDEX message_by_msgid ON message (msgid) WHERE msgid <> '';
CREATE INDEX message_by_dkim ON message (dkim);
CREATE INDEX message_by_level ON message (level) WHERE level <> 'none';
CREATE INDEX message_by_arc ON message (arc) WHERE arc <> 'none';
CREATE INDEX message_by_language ON message (language) WHERE language <> '';
CREATE INDEX message_with_attachments ON message (id) WHERE attachments > 0;
CREATE INDEX message_by_thread ON message (thread_id);

-- Message-IDs that messages refer to and that no message has.
CREATE TABLE missing_message (
    msgid TEXT PRIMARY KEY,
    thread_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_message_by_thread ON missing_message (thread_id);

-- Every place where a message was found. offset, length: the message inside the file's mail bytes,
-- mbox quoting still on; separators: the From_ line before and the blank line after.
CREATE TABLE occurrence (
    file_id INTEGER NOT NULL REFERENCES file (id),
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    message_id INTEGER NOT NULL REFERENCES message (id),
    separator_before INTEGER NOT NULL,
    separator_after INTEGER NOT NULL,
    quoting TEXT NOT NULL CHECK (quoting IN ('none', 'mboxo', 'mboxrd')),
    PRIMARY KEY (file_id, offset)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_by_message ON occurrence (message_id);

-- Bytes of a file that belong to no message.
CREATE TABLE damaged_span (
    file_id INTEGER NOT NULL REFERENCES file (id),
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (file_id, offset)
) STRICT, WITHOUT ROWID;

-- The text of a message, once. message_fts indexes it.
CREATE TABLE message_text (
    id INTEGER NOT NULL UNIQUE REFERENCES message (id),
    subject TEXT NOT NULL,
    sender TEXT NOT NULL,           -- names and addresses of From and Sender
    recipients TEXT NOT NULL,       -- names and addresses of To, Cc, Bcc and Reply-To
    attachment_names TEXT NOT NULL, -- one a line
    body TEXT NOT NULL,
    attachment_text TEXT NOT NULL
) STRICT;

-- The columns of message_text that hold Chinese, Japanese, Korean or other text without spaces,
-- with such runs cut into pairs of characters (schema/pairs.h); the other columns are NULL.
CREATE TABLE message_pairs (
    id INTEGER PRIMARY KEY REFERENCES message (id),
    subject TEXT,
    sender TEXT,
    recipients TEXT,
    attachment_names TEXT,
    body TEXT,
    attachment_text TEXT
) STRICT;

-- What the tokenizer does not fold, folded: the same list as schema/fold.c.
CREATE VIEW message_fts_content AS
SELECT id,
    FOLD(subject) AS subject,
    FOLD(sender) AS sender,
    FOLD(recipients) AS recipients,
    FOLD(attachment_names) AS attachment_names,
    FOLD(body) AS body,
    FOLD(attachment_text) AS attachment_text
FROM (SELECT t.id AS id,
        coalesce(p.subject, t.subject) AS subject,
        coalesce(p.sender, t.sender) AS sender,
        coalesce(p.recipients, t.recipients) AS recipients,
        coalesce(p.attachment_names, t.attachment_names) AS attachment_names,
        coalesce(p.body, t.body) AS body,
        coalesce(p.attachment_text, t.attachment_text) AS attachment_text
    FROM message_text t LEFT JOIN message_pairs p ON p.id = t.id);

CREATE VIRTUAL TABLE message_fts USING fts5 (
    subject, sender, recipients, body, attachment_names, attachment_text,
    content = 'message_fts_content', content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);

-- A mailbox with the name it was written with; one address may have many names.
CREATE TABLE address (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL, -- lower case; '' when there was only a name
    name TEXT NOT NULL,
    domain TEXT NOT NULL,  -- lower case, after the last @
    UNIQUE (address, name)
) STRICT;
CREATE INDEX address_by_domain ON address (domain);

CREATE TABLE message_address (
    message_id INTEGER NOT NULL REFERENCES message (id),
    role TEXT NOT NULL CHECK (role IN ('from', 'sender', 'reply-to', 'to', 'cc', 'bcc')),
    position INTEGER NOT NULL, -- from 0, in each role
    address_id INTEGER NOT NULL REFERENCES address (id),
    PRIMARY KEY (message_id, role, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_address_by_address ON message_address (address_id, role, message_id);

CREATE TABLE attachment (
    message_id INTEGER NOT NULL REFERENCES message (id),
    position INTEGER NOT NULL, -- from 0
    part TEXT NOT NULL,        -- IMAP part number
    name TEXT NOT NULL,
    declared_type TEXT NOT NULL,
    sniffed_type TEXT NOT NULL,
    content_id TEXT NOT NULL,
    size INTEGER NOT NULL,     -- decoded bytes
    sha256 BLOB NOT NULL,      -- of the decoded bytes
    is_inline INTEGER NOT NULL,
    PRIMARY KEY (message_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_by_sha256 ON attachment (sha256);

-- The keys that were imported (--keys), asked of the DNS (--dns) or used. Observations of one key are
-- never blended.
CREATE TABLE dkim_key (
    id INTEGER PRIMARY KEY,
    selector TEXT NOT NULL,
    domain TEXT NOT NULL,
    record TEXT NOT NULL, -- the TXT record; in state no-answer what the DNS said: NXDOMAIN, NODATA,
                          -- SERVFAIL, TIMEOUT, BOGUS, UNREADABLE
    bits INTEGER NOT NULL, -- 0 when the record holds no usable key
    spki_sha256 BLOB,      -- of its SubjectPublicKeyInfo; NULL when it holds no usable key
    state TEXT NOT NULL CHECK (state IN
        ('good', 'weak', 'leaked', 'recovered', 'revoked', 'unusable', 'no-answer')),
    leaked_since INTEGER, -- Unix time; NULL when it is not leaked, or not known since when
    UNIQUE (selector, domain, record)
) STRICT;

CREATE TABLE dkim_key_observation (
    key_id INTEGER NOT NULL REFERENCES dkim_key (id),
    source TEXT NOT NULL,  -- the file, publication or DNS server that had it
    channel TEXT NOT NULL, -- repo, suite, mail, docs, gcd, repo-modulus, file, dns
    first_seen TEXT NOT NULL, -- ISO 8601 date, '' when unknown
    last_seen TEXT NOT NULL,
    dnssec TEXT NOT NULL DEFAULT '' CHECK -- of an answer of the DNS; else ''
        (dnssec IN ('', 'secure', 'insecure', 'bogus', 'indeterminate')),
    notes TEXT NOT NULL, -- last: SQLite 3.40 takes a column before one of the key for NULL
    PRIMARY KEY (key_id, source, channel, first_seen, last_seen, dnssec)
) STRICT, WITHOUT ROWID;

-- The distinct h= lists; mail repeats them.
CREATE TABLE signed_fields (
    id INTEGER PRIMARY KEY,
    fields TEXT NOT NULL UNIQUE
) STRICT;

-- One row a DKIM-Signature field. header_digest and signature let it be checked again later,
-- without the dump.
CREATE TABLE signature (
    message_id INTEGER NOT NULL REFERENCES message (id),
    position INTEGER NOT NULL, -- from 0, top to bottom
    field INTEGER NOT NULL,    -- index of the field in the header, from 0
    result TEXT NOT NULL CHECK
        (result IN ('pass', 'fail', 'neutral', 'policy', 'temperror', 'permerror', 'nokey')),
    reason TEXT NOT NULL,
    header_ok INTEGER,         -- 1, 0, NULL not known
    body_ok INTEGER,           -- 1, 0, NULL not known
    aligned INTEGER NOT NULL,
    caveats TEXT NOT NULL,
    version TEXT NOT NULL,          -- v=
    algorithm TEXT NOT NULL,        -- a=
    domain TEXT NOT NULL,           -- d=
    selector TEXT NOT NULL,         -- s=
    identity TEXT NOT NULL,         -- i=
    canonicalization TEXT NOT NULL, -- c=
    signed_fields_id INTEGER NOT NULL REFERENCES signed_fields (id), -- h=
    body_length INTEGER,            -- l=
    signed_at INTEGER,              -- t=
    expires_at INTEGER,             -- x=
    body_bytes INTEGER NOT NULL,    -- of the canonicalised body
    header_digest BLOB NOT NULL,
    signature BLOB NOT NULL,
    key_id INTEGER REFERENCES dkim_key (id),
    repair TEXT NOT NULL DEFAULT '', -- what was undone before the rest was found; '' nothing
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX signature_by_domain ON signature (domain, selector, result, message_id);
CREATE INDEX signature_by_key ON signature (key_id, result, message_id) WHERE key_id IS NOT NULL;

-- One row a set of ARC fields (RFC 8617). The digests and signatures let both be checked again
-- later, without the dump: when all keys are known, message.arc follows.
CREATE TABLE arc_set (
    message_id INTEGER NOT NULL REFERENCES message (id),
    instance INTEGER NOT NULL,        -- i=, from 1 for the first sealer
    authserv_id TEXT NOT NULL,        -- who claims the results
    authentication_results TEXT NOT NULL, -- ARC-Authentication-Results behind i=: a claim
    cv TEXT NOT NULL CHECK (cv IN ('', 'none', 'pass', 'fail')), -- the chain before, by the seal
    -- ARC-Seal: signs the ARC fields of this set and those before it.
    seal_result TEXT NOT NULL CHECK (seal_result IN
        ('pass', 'fail', 'neutral', 'policy', 'temperror', 'permerror', 'nokey')),
    seal_reason TEXT NOT NULL,
    seal_caveats TEXT NOT NULL,
    seal_domain TEXT NOT NULL,        -- d=
    seal_selector TEXT NOT NULL,      -- s=
    seal_algorithm TEXT NOT NULL,     -- a=
    sealed_at INTEGER,                -- t=
    seal_digest BLOB NOT NULL,
    seal_signature BLOB NOT NULL,
    seal_key_id INTEGER REFERENCES dkim_key (id),
    -- ARC-Message-Signature: signs header fields and body as they were when this set was made.
    message_result TEXT NOT NULL CHECK (message_result IN
        ('pass', 'fail', 'neutral', 'policy', 'temperror', 'permerror', 'nokey')),
    message_reason TEXT NOT NULL,
    message_caveats TEXT NOT NULL,
    message_domain TEXT NOT NULL,
    message_selector TEXT NOT NULL,
    message_algorithm TEXT NOT NULL,
    message_signed_at INTEGER,
    message_digest BLOB NOT NULL,
    message_signature BLOB NOT NULL,
    message_key_id INTEGER REFERENCES dkim_key (id),
    canonicalization TEXT NOT NULL,   -- c=
    signed_fields_id INTEGER NOT NULL REFERENCES signed_fields (id), -- h=
    body_length INTEGER,              -- l=
    body_bytes INTEGER NOT NULL,      -- of the canonicalised body
    body_ok INTEGER,                  -- 1, 0, NULL not known
    PRIMARY KEY (message_id, instance)
) STRICT;
CREATE INDEX arc_set_by_domain ON arc_set (seal_domain, seal_selector, message_id);

-- One row a DomainKey-Signature field (RFC 4870), a method of its own: nothing of message.dkim or
-- message.level comes from here. One digest is over header and body.
CREATE TABLE domainkey_signature (
    message_id INTEGER NOT NULL REFERENCES message (id),
    position INTEGER NOT NULL, -- from 0, top to bottom
    field INTEGER NOT NULL,    -- index of the field in the header, from 0
    result TEXT NOT NULL CHECK
        (result IN ('pass', 'fail', 'neutral', 'policy', 'temperror', 'permerror', 'nokey')),
    reason TEXT NOT NULL,
    aligned INTEGER NOT NULL,
    caveats TEXT NOT NULL,
    algorithm TEXT NOT NULL,        -- a=
    domain TEXT NOT NULL,           -- d=
    selector TEXT NOT NULL,         -- s=
    sender TEXT NOT NULL,           -- the signed address that d= must fit; '' without
    canonicalization TEXT NOT NULL, -- c=
    signed_fields_id INTEGER NOT NULL REFERENCES signed_fields (id), -- h=; '' is all fields below
    digest BLOB NOT NULL,           -- SHA-1
    listed_digest BLOB NOT NULL,    -- the same, fields in the order of h=; x'' when that is the same
    signature BLOB NOT NULL,
    key_id INTEGER REFERENCES dkim_key (id),
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX domainkey_signature_by_result ON domainkey_signature (result, message_id);

-- What the message says that others have checked: text of the mail, never believed.
CREATE TABLE claim (
    message_id INTEGER NOT NULL REFERENCES message (id),
    position INTEGER NOT NULL, -- from 0, top to bottom
    field TEXT NOT NULL CHECK (field IN ('authentication-results', 'received-spf')),
    authserv_id TEXT NOT NULL, -- who claims it; '' when the field does not say
    method TEXT NOT NULL,      -- '' with a result 'none' of a whole field
    result TEXT NOT NULL,
    reason TEXT NOT NULL,      -- reason=, else the comment behind the result
    properties TEXT NOT NULL,  -- header.d=example.com; smtp.mailfrom=a@example.com
    PRIMARY KEY (message_id, position)
) STRICT;
CREATE INDEX claim_by_method ON claim (method, result, message_id);

CREATE TABLE problem (
    message_id INTEGER NOT NULL REFERENCES message (id),
    word TEXT NOT NULL,
    PRIMARY KEY (message_id, word)
) STRICT, WITHOUT ROWID;
CREATE INDEX problem_by_word ON problem (word);

-- Facts about the archive: 'id_drift', the most that an id exceeds its date, and the like.
CREATE TABLE archive_property (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- For people at the sqlite3 prompt.
CREATE VIEW mail AS
SELECT m.id,
    datetime(m.date, 'unixepoch') AS date,
    (SELECT group_concat(CASE WHEN a.name = '' THEN a.address ELSE a.name || ' <' || a.address || '>' END, ', ')
       FROM message_address ma JOIN address a ON a.id = ma.address_id
      WHERE ma.message_id = m.id AND ma.role = 'from') AS sender,
    t.subject,
    m.level = 'verified' AS verified,
    m.dkim,
    m.level,
    m.caveats,
    m.attachments,
    m.size,
    m.msgid,
    lower(hex(m.sha256)) AS sha256
FROM message m JOIN message_text t ON t.id = m.id;

CREATE VIEW mail_signature AS
SELECT s.message_id, s.position, s.result, s.reason, s.header_ok, s.body_ok, s.aligned,
    s.caveats, s.repair, s.domain, s.selector, s.algorithm, s.canonicalization, f.fields AS signed_fields,
    s.body_length, datetime(s.signed_at, 'unixepoch') AS signed_at, k.bits AS key_bits,
    lower(hex(s.header_digest)) AS header_digest
FROM signature s
JOIN signed_fields f ON f.id = s.signed_fields_id
LEFT JOIN dkim_key k ON k.id = s.key_id;

CREATE VIEW mail_arc AS
SELECT m.id AS message_id, m.arc, m.arc_reason, a.instance, a.seal_domain AS sealed_by,
    datetime(a.sealed_at, 'unixepoch') AS sealed_at, a.seal_result, a.seal_reason,
    a.message_result, a.message_reason, a.body_ok, a.cv, a.authserv_id AS claimed_by,
    a.authentication_results AS claim, a.seal_selector, a.seal_algorithm, k.bits AS key_bits
FROM arc_set a
JOIN message m ON m.id = a.message_id
LEFT JOIN dkim_key k ON k.id = a.seal_key_id;
