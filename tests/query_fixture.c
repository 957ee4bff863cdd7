/* SPDX-License-Identifier: MIT */
#include "query_fixture.h"

#include <openssl/evp.h>

#include <glib/gstdio.h>

#include "schema/archive.h"
#include "schema/fold.h"
#include "schema/record.h"

#define DAY INT64_C(86400)

/* One message. Empty strings are NULL here. */
typedef struct {
    int64_t date; /* 0: none */
    const char *msgid;
    const char *from_name;
    const char *from;
    const char *sender; /* the Sender field's address */
    const char *to;
    const char *cc;
    const char *subject;
    const char *body;
    const char *attachment; /* its name */
    const char *type;       /* its declared type */
    const char *dkim;
    const char *level;
    const char *caveats;
    const char *signer; /* d= */
    const char *result; /* of the signature */
    const char *problem;
    const char *references;
    int64_t thread; /* 0: its own */
} Mail;

static const Mail mails[] = {
    {.date = FIXTURE_BUDGET,
     .msgid = "budget@bank.example",
     .from_name = "Alice Martin",
     .from = "alice@bank.example",
     .to = "bob@dom.fr",
     .cc = "carol@sub.dom.fr",
     .subject = "Budget 2017",
     .body = "The annual budget report is attached.\nRegards, Alice",
     .attachment = "budget_2017.pdf",
     .type = "application/pdf",
     .dkim = "pass",
     .level = "verified",
     .signer = "bank.example",
     .result = "pass"},
    {.date = FIXTURE_ELECTION,
     .msgid = "election@dom.fr",
     .from_name = "Jean-Philippe Œuvrard",
     .from = "jp@dom.fr",
     .to = "alice@bank.example",
     .subject = "L’élection à venir",
     .body = "Le cœur de l'élection : une œuvre commune, à la Straße du marché.",
     .dkim = "pass",
     .level = "limited",
     .caveats = "partial-body",
     .signer = "dom.fr",
     .result = "pass"},
    {.date = FIXTURE_ELECTION + DAY,
     .msgid = "twin@list.example",
     .from_name = "List Robot",
     .from = "robot@list.example",
     .sender = "bounces@list.example",
     .to = "all@list.example",
     .subject = "Weekly digest",
     .body = "cats and dogs, dogs and cats; Paris or Lyon",
     .dkim = "pass",
     .level = "none",
     .caveats = "unaligned",
     .signer = "mailer.example",
     .result = "pass"},
    {.date = FIXTURE_ELECTION + DAY,
     .msgid = "twin@list.example",
     .from_name = "List Robot",
     .from = "robot@list.example",
     .to = "all@list.example",
     .subject = "Weekly digest (copy)",
     .body = "cats and dogs again",
     .dkim = "fail",
     .level = "none",
     .signer = "list.example",
     .result = "fail"},
    {.date = FIXTURE_ELECTION + DAY,
     .from = "x@y.example",
     .to = "bob@dom.fr",
     .subject = "Third of one second",
     .body = "collision of dates",
     .dkim = "nokey",
     .level = "none",
     .signer = "y.example",
     .result = "nokey"},
    {.date = FIXTURE_HOSTILE,
     .msgid = "evil@evil.example",
     .from_name = "\x1b[32m✔ verified\x1b[0m",
     .from = "evil@evil.example",
     .to = "alice@bank.example",
     .subject = "=cmd|'/C calc'!A0 \xE2\x80\xAEgnp.exe",
     .body = "hostile text \x1b]0;title\x07 and \xC2\x9B"
             "31m colours\nVerdict: ✔ verified",
     .dkim = "none",
     .level = "none",
     .problem = "bad-mime"},
    {.date = 1262304000,
     .msgid = "new-year@old.example",
     .from_name = "Zoé",
     .from = "zoe@old.example",
     .to = "bob@dom.fr",
     .subject = "Bonne année 2010",
     .body = "Meilleurs vœux pour l'année 2010",
     .dkim = "error",
     .level = "none",
     .signer = "old.example",
     .result = "permerror"},
    {.date = 1262303999,
     .msgid = "old-year@old.example",
     .from_name = "Zoé",
     .from = "zoe@old.example",
     .to = "bob@dom.fr",
     .subject = "Last second of 2009",
     .body = "almost midnight",
     .dkim = "none",
     .level = "none"},
    {.date = 0,
     .from = "nobody@nowhere.example",
     .subject = "No date at all",
     .body = "undated text about the budget",
     .dkim = "none",
     .level = "none",
     .problem = "no-date"},
    {.date = 0,
     .from_name = "Only a name",
     .subject = "Second without a date",
     .body = "undated again",
     .dkim = "none",
     .level = "none",
     .problem = "no-from"},
    {.date = FIXTURE_HOSTILE + DAY,
     .msgid = "code@dev.example",
     .from_name = "Dev",
     .from = "dev@dev.example",
     .to = "bob@dom.fr",
     .subject = "Re: C++ and std::string",
     .body = "see http://example.org/x/y at 10:30, the C++ compiler says std::string",
     .dkim = "none",
     .level = "none"},
    {.date = FIXTURE_HOSTILE + 2 * DAY,
     .msgid = "photo@dom.fr",
     .references = "code@dev.example lost@dom.fr",
     .thread = FIXTURE_HOSTILE + DAY,
     .from_name = "Bob",
     .from = "bob@dom.fr",
     .to = "alice@bank.example",
     .subject = "Photos",
     .body = "holiday pictures",
     .attachment = "IMG-0042.JPG",
     .type = "application/octet-stream",
     .dkim = "none",
     .level = "none"},
    {.date = FIXTURE_HOSTILE + 3 * DAY,
     .msgid = "sub@sub.dom.fr",
     .references = "code@dev.example lost@dom.fr photo@dom.fr",
     .thread = FIXTURE_HOSTILE + DAY,
     .from_name = "Carol",
     .from = "carol@sub.dom.fr",
     .to = "x@dom.fr.evil.example",
     .subject = "From a sub-domain",
     .body = "sub-domain mail with l'apostrophe",
     .dkim = "none",
     .level = "none"},
};

/* Messages that only fill: one a day from 2015-01-01 on. */
#define N_FILLERS    20
#define FILLER_START 1420070400

static void run(sqlite3 *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    archive_exec(db, sql, &error);
    g_assert_no_error(error);
}

static void step(sqlite3 *db, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE) {
        g_error("%s", sqlite3_errmsg(db));
    }
    sqlite3_finalize(statement);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    g_autoptr(GError) error = NULL;
    sqlite3_stmt *statement = archive_prepare(db, sql, &error);
    g_assert_no_error(error);
    return statement;
}

static void bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text == NULL ? "" : text, -1, SQLITE_TRANSIENT);
}

static int64_t free_id(sqlite3 *db, int64_t id)
{
    for (;; id++) {
        sqlite3_stmt *statement = prepare(db, "SELECT 1 FROM message WHERE id = ?");
        sqlite3_bind_int64(statement, 1, id);
        int code = sqlite3_step(statement);
        sqlite3_finalize(statement);
        if (code == SQLITE_DONE) {
            return id;
        }
    }
}

static void add_address(sqlite3 *db, int64_t id, const char *role, const char *name,
                        const char *address)
{
    const char *at = address == NULL ? NULL : strrchr(address, '@');
    sqlite3_stmt *statement =
        prepare(db, "INSERT OR IGNORE INTO address (address, name, domain) VALUES (?, ?, ?)");
    bind_text(statement, 1, address);
    bind_text(statement, 2, name);
    bind_text(statement, 3, at == NULL ? NULL : at + 1);
    step(db, statement);
    statement = prepare(db, "INSERT INTO message_address SELECT ?, ?, 0, id FROM address "
                            "WHERE address = ? AND name = ?");
    sqlite3_bind_int64(statement, 1, id);
    bind_text(statement, 2, role);
    bind_text(statement, 3, address);
    bind_text(statement, 4, name);
    step(db, statement);
}

static void add_addresses(sqlite3 *db, int64_t id, const Mail *mail)
{
    if (mail->from != NULL || mail->from_name != NULL) {
        add_address(db, id, "from", mail->from_name, mail->from);
    }
    if (mail->sender != NULL) {
        add_address(db, id, "sender", NULL, mail->sender);
    }
    if (mail->to != NULL) {
        add_address(db, id, "to", NULL, mail->to);
    }
    if (mail->cc != NULL) {
        add_address(db, id, "cc", NULL, mail->cc);
    }
}

static void add_text(sqlite3 *db, int64_t id, const Mail *mail)
{
    g_autofree char *sender =
        g_strdup_printf("%s %s %s", mail->from_name ? mail->from_name : "",
                        mail->from ? mail->from : "", mail->sender ? mail->sender : "");
    g_autofree char *recipients =
        g_strdup_printf("%s %s", mail->to ? mail->to : "", mail->cc ? mail->cc : "");
    const char *columns[] = {mail->subject,    sender,     recipients,
                             mail->attachment, mail->body, ""};
    static const int fts_order[] = {0, 1, 2, 4, 3, 5};
    sqlite3_stmt *text = prepare(db, "INSERT INTO message_text VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite3_stmt *fts = prepare(db, "INSERT INTO message_fts (rowid, subject, sender, "
                                    "recipients, body, attachment_names, attachment_text) "
                                    "VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_int64(text, 1, id);
    sqlite3_bind_int64(fts, 1, id);
    for (int i = 0; i < 6; i++) {
        bind_text(text, i + 2, columns[i]);
        g_autoptr(GString) folded = g_string_new(NULL);
        fold_append(folded, slice_of_string(columns[fts_order[i]]));
        bind_text(fts, i + 2, folded->str);
    }
    step(db, text);
    step(db, fts);
}

static void add_details(sqlite3 *db, int64_t id, const Mail *mail)
{
    sqlite3_stmt *statement = NULL;
    if (mail->attachment != NULL) {
        statement =
            prepare(db, "INSERT INTO attachment VALUES (?, 0, '2', ?, ?, '', '', 1234, "
                        "x'00112233445566778899aabbccddeeff00112233445566778899aabbccddee"
                        "ff', 0)");
        sqlite3_bind_int64(statement, 1, id);
        bind_text(statement, 2, mail->attachment);
        bind_text(statement, 3, mail->type);
        step(db, statement);
    }
    if (mail->problem != NULL) {
        statement = prepare(db, "INSERT INTO problem VALUES (?, ?)");
        sqlite3_bind_int64(statement, 1, id);
        bind_text(statement, 2, mail->problem);
        step(db, statement);
    }
    if (mail->signer != NULL) {
        statement = prepare(
            db,
            "INSERT INTO signature VALUES (?, 0, 3, ?, 'a reason', 1, ?, 1, ?, '1', "
            "'rsa-sha256', ?, 'sel2017', '@x', 'relaxed/relaxed', 1, NULL, 1485950000, NULL, "
            "100, x'', x'', 1, '')");
        sqlite3_bind_int64(statement, 1, id);
        bind_text(statement, 2, mail->result);
        sqlite3_bind_int(statement, 3, g_str_equal(mail->result, "fail") ? 0 : 1);
        bind_text(statement, 4, mail->caveats);
        bind_text(statement, 5, mail->signer);
        step(db, statement);
    }
}

/* The bytes that stand in the mbox for a message. */
static char *raw_of(const Mail *mail)
{
    return g_strdup_printf("From: %s\nSubject: %s\n\n%s\n", mail->from ? mail->from : "-",
                           mail->subject, mail->body);
}

#define SEPARATOR "From - Thu Jan  1 00:00:00 1970\n"

static void add_message(sqlite3 *db, GString *mbox, const Mail *mail)
{
    g_autofree char *raw = raw_of(mail);
    uint8_t digest[SHA256_BYTES];
    g_assert_cmpint(EVP_Digest(raw, strlen(raw), digest, NULL, EVP_sha256(), NULL), ==, 1);
    int64_t id = free_id(db, mail->date == 0 ? 1 : mail->date);
    sqlite3_stmt *statement =
        prepare(db, "INSERT INTO message VALUES (?, ?, ?, ?, ?, 60, NULL, ?, '', ?, ?, ?, ?, "
                    "?, ?, 'none', '', ?, '')");
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_blob(statement, 2, digest, SHA256_BYTES, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 3, (int64_t)strlen(raw));
    if (mail->date != 0) {
        sqlite3_bind_int64(statement, 4, mail->date);
    }
    bind_text(statement, 5, mail->date == 0 ? "none" : "date");
    bind_text(statement, 6, mail->msgid);
    bind_text(statement, 7, mail->references);
    bind_text(statement, 8, mail->dkim);
    bind_text(statement, 9, mail->level);
    bind_text(statement, 10, mail->caveats);
    sqlite3_bind_int(statement, 11, mail->signer != NULL);
    sqlite3_bind_int(statement, 12, mail->attachment != NULL);
    sqlite3_bind_int64(statement, 13, mail->thread == 0 ? id : mail->thread);
    step(db, statement);
    add_addresses(db, id, mail);
    add_text(db, id, mail);
    add_details(db, id, mail);

    g_string_append(mbox, SEPARATOR);
    statement = prepare(db, "INSERT INTO occurrence VALUES (?, ?, ?, ?, ?, 1, 'none')");
    sqlite3_bind_int(statement, 1, 1);
    sqlite3_bind_int64(statement, 2, (int64_t)mbox->len);
    sqlite3_bind_int64(statement, 3, (int64_t)strlen(raw));
    sqlite3_bind_int64(statement, 4, id);
    sqlite3_bind_int64(statement, 5, (int64_t)strlen(SEPARATOR));
    step(db, statement);
    g_string_append(mbox, raw);
    g_string_append_c(mbox, '\n');
}

static void fill(sqlite3 *db, GString *mbox)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
        add_message(db, mbox, &mails[i]);
    }
    for (int i = 0; i < N_FILLERS; i++) {
        g_autofree char *subject = g_strdup_printf("Filler number %d", i);
        g_autofree char *msgid = g_strdup_printf("filler-%d@fill.example", i);
        Mail mail = {.date = FILLER_START + (int64_t)i * DAY,
                     .msgid = msgid,
                     .from_name = "Filler",
                     .from = "filler@fill.example",
                     .to = "bob@dom.fr",
                     .subject = subject,
                     .body = i % 2 == 0 ? "common words, even day" : "common words, odd day",
                     .dkim = "none",
                     .level = "none"};
        add_message(db, mbox, &mail);
    }
}

static void add_file(sqlite3 *db, const QueryFixture *fixture)
{
    sqlite3_stmt *statement = prepare(db, "INSERT INTO source VALUES (1, ?, 0)");
    bind_text(statement, 1, fixture->source);
    step(db, statement);
    run(db,
        "INSERT INTO file VALUES (1, 1, '', 'mbox', 'file', 'none', 'mboxrd', 'Inbox/News', "
        "'', 0, 0, 0, 0, 'complete', '');"
        "INSERT INTO signed_fields VALUES (1, 'from:subject:date');"
        "INSERT INTO dkim_key (id, selector, domain, record, bits, spki_sha256, state) VALUES"
        " (1, 'sel2017', 'bank.example', 'v=DKIM1', 2048, x'28795A16E9FCB96C21CC8BA72358A2A1"
        "665D43925332877C9FCB98212142D92D', 'good'),"
        " (2, 'gone', 'bank.example', 'NXDOMAIN', 0, NULL, 'no-answer'),"
        " (3, 'gone', 'bank.example', 'TIMEOUT', 0, NULL, 'no-answer');"
        "INSERT INTO dkim_key_observation VALUES "
        "(1, 'a repository', 'repo', '2016-11', '2017-10-01', '', 'a note'), "
        "(1, 'keys.tsv', 'file', '', '', '', ''), "
        "(1, 'DNS by 192.0.2.53', 'dns', '2026-11-28', '2026-11-28', 'secure', '');"
        "INSERT INTO missing_message VALUES ('lost@dom.fr', 1486814400);"
        "INSERT INTO archive_property VALUES ('id_drift', '2');");
}

/* The first message came by two mail servers, of which the key of one is not known. */
static void add_arc(sqlite3 *db)
{
    run(db,
        "UPDATE message SET arc = 'nokey', arc_reason = 'a key is not known' "
        "WHERE id = 1485950400;"
        "INSERT INTO arc_set VALUES (1485950400, 1, 'mx.sealer.example', 'mx.sealer.example; "
        "dkim=pass header.d=bank.example; spf=softfail (\x1b[32m) "
        "smtp.mailfrom=x@spf.example', "
        "'none', 'pass', 'the signature verifies', 'test-mode', 'sealer.example', 'arc1', "
        "'rsa-sha256', 1485950410, x'00', x'00', 1, 'fail', 'the body hash does not verify', "
        "'',"
        "'sealer.example', 'arc1', 'rsa-sha256', NULL, x'00', x'00', NULL, 'relaxed/relaxed', "
        "1, NULL, 100, 0);"
        "INSERT INTO arc_set VALUES (1485950400, 2, '', 'none', 'pass', 'nokey', "
        "'no key is known', '', 'second.example', 'arc2', 'rsa-sha256', NULL, x'00', x'00', "
        "NULL, 'nokey', 'no key is known', '', 'second.example', 'arc2', 'rsa-sha256', NULL, "
        "x'00', x'00', NULL, 'relaxed/relaxed', 1, 7, 100, 1);");
}

/* What is shown beside the verdict. */
static void add_other_evidence(sqlite3 *db)
{
    run(db, "INSERT INTO domainkey_signature VALUES "
            "(1485950400, 0, 1, 'pass', 'the signature verifies', 1, 'test-mode', 'rsa-sha1', "
            "'bank.example', 'sel2017', 'alice@bank.example', 'nofws', 1, x'', x'', x'', 1), "
            "(1485950400, 1, 2, 'fail', 'the signature does not verify', 1, '', 'rsa-sha1', "
            "'bank.example', 'other', 'alice@bank.example', 'nofws', 1, x'', x'', x'', NULL), "
            "(1486036800, 0, 1, 'permerror', 'bad domain (d=)', 0, '', 'rsa-sha1', "
            "'', 'other', '', 'nofws', 1, x'', x'', x'', NULL), "
            "(1486036800, 1, 2, 'nokey', 'no key is known', 0, '', 'rsa-sha1', "
            "'dom.fr', 'other', 'jp@dom.fr', 'simple', 1, x'', x'', x'', NULL);");
    run(db, "UPDATE message SET language = 'fr' WHERE id IN (1486036800, 1262304000);"
            "UPDATE message SET language = 'en' WHERE id BETWEEN 1485950400 AND 1486000000;");
    run(db, "INSERT INTO claim VALUES "
            "(1485950400, 0, 'authentication-results', 'mx.bank.example', 'dkim', 'pass', "
            "'2048-bit key', 'header.d=bank.example'), "
            "(1485950400, 1, 'received-spf', 'mx.bank.example', 'spf', 'softfail', '', ''), "
            "(1486036800, 0, 'authentication-results', '', 'dkim', 'fail', '', ''), "
            "(1486036800, 1, 'authentication-results', 'mx', '', 'none', '', '');");
}

QueryFixture *query_fixture_new(void)
{
    g_autoptr(GError) error = NULL;
    QueryFixture *fixture = g_new0(QueryFixture, 1);
    fixture->folder = g_dir_make_tmp("waxseal-query-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->path = g_build_filename(fixture->folder, "archive.db", NULL);
    fixture->source = g_build_filename(fixture->folder, "mail.mbox", NULL);

    g_autoptr(sqlite3) db = archive_open_writable(fixture->path, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GString) mbox = g_string_new(NULL);
    run(db, "BEGIN");
    add_file(db, fixture);
    fill(db, mbox);
    add_arc(db);
    add_other_evidence(db);
    sqlite3_stmt *statement =
        prepare(db, "UPDATE file SET stored_size = ?1, size = ?1, done = ?1 WHERE id = 1");
    sqlite3_bind_int64(statement, 1, (int64_t)mbox->len);
    step(db, statement);
    run(db, "COMMIT");
    g_file_set_contents(fixture->source, mbox->str, (gssize)mbox->len, &error);
    g_assert_no_error(error);
    return fixture;
}

void query_fixture_free(QueryFixture *fixture)
{
    if (fixture == NULL) {
        return;
    }
    g_remove(fixture->path);
    g_remove(fixture->source);
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->source);
    g_free(fixture);
}

sqlite3 *query_fixture_open(const QueryFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = archive_open_readonly(fixture->path, &error);
    g_assert_no_error(error);
    return db;
}

sqlite3 *query_fixture_in_memory(void)
{
    QueryFixture *fixture = query_fixture_new();
    sqlite3 *file = query_fixture_open(fixture);
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    sqlite3_backup *copy = sqlite3_backup_init(db, "main", file, "main");
    g_assert_cmpint(sqlite3_backup_step(copy, -1), ==, SQLITE_DONE);
    sqlite3_backup_finish(copy);
    sqlite3_close(file);
    query_fixture_free(fixture);
    return db;
}
