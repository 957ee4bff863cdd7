/* SPDX-License-Identifier: MIT */
#include "indexer/message_rows.h"

#include "indexer/message_texts.h"
#include "indexer/name_table.h"
#include "indexer/statement_set.h"

enum {
    ADD_MESSAGE,
    ADD_TEXT,
    ADD_MESSAGE_ADDRESS,
    ADD_ATTACHMENT,
    ADD_SIGNATURE,
    ADD_ARC_SET,
    ADD_DOMAINKEYS,
    ADD_CLAIM,
    ADD_PROBLEM,
    N_STATEMENTS
};

static const char *const statements_sql[N_STATEMENTS] = {
    [ADD_MESSAGE] =
        "INSERT INTO message (id, sha256, size, date, date_source, date_offset,"
        " received_at, msgid, in_reply_to, refs, dkim, level, caveats, signatures,"
        " attachments, arc, arc_reason, thread_id, language)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19)",
    [ADD_TEXT] = "INSERT INTO message_text (id, subject, sender, recipients, attachment_names,"
                 " body, attachment_text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [ADD_MESSAGE_ADDRESS] = "INSERT INTO message_address (message_id, role, position,"
                            " address_id) VALUES (?1, ?2, ?3, ?4)",
    [ADD_ATTACHMENT] = "INSERT INTO attachment (message_id, position, part, name,"
                       " declared_type, sniffed_type, content_id, size, sha256, is_inline)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [ADD_SIGNATURE] = "INSERT INTO signature (message_id, position, field, result, reason,"
                      " header_ok, body_ok, aligned, caveats, version, algorithm, domain,"
                      " selector, identity, canonicalization, signed_fields_id, body_length,"
                      " signed_at, expires_at, body_bytes, header_digest, signature, key_id,"
                      " repair)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
                      " ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)",
    [ADD_ARC_SET] =
        "INSERT INTO arc_set (message_id, instance, authserv_id, authentication_results, cv,"
        " seal_result, seal_reason, seal_caveats, seal_domain, seal_selector, seal_algorithm,"
        " sealed_at, seal_digest, seal_signature, seal_key_id,"
        " message_result, message_reason, message_caveats, message_domain, message_selector,"
        " message_algorithm, message_signed_at, message_digest, message_signature,"
        " message_key_id,"
        " canonicalization, signed_fields_id, body_length, body_bytes, body_ok)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
    [ADD_DOMAINKEYS] = "INSERT INTO domainkey_signature (message_id, position, field, result,"
                       " reason, aligned, caveats, algorithm, domain, selector, sender,"
                       " canonicalization, signed_fields_id, digest, listed_digest, signature,"
                       " key_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
                       " ?13, ?14, ?15, ?16, ?17)",
    [ADD_CLAIM] = "INSERT INTO claim (message_id, position, field, authserv_id, method, result,"
                  " reason, properties) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [ADD_PROBLEM] = "INSERT INTO problem (message_id, word) VALUES (?1, ?2)",
};

/* The shared rows of one signature, behind those of the addresses. */
enum { SHARED_FIELDS, SHARED_KEY, N_SHARED };

/* The shared rows of one ARC set, behind those of the signatures. */
enum { ARC_SHARED_FIELDS, ARC_SHARED_SEAL_KEY, ARC_SHARED_MESSAGE_KEY, N_ARC_SHARED };

/* The first columns of the two signatures in ADD_ARC_SET. */
enum { ARC_SEAL_AT = 6, ARC_MESSAGE_AT = 16, ARC_REST_AT = 26 };

struct MessageRows {
    StatementSet statements;
    NameTable *names;
    MessageTexts texts;
};

MessageRows *message_rows_new(sqlite3 *db, const KeyStore *keys, GError **error)
{
    g_autoptr(MessageRows) rows = g_new0(MessageRows, 1);
    message_texts_init(&rows->texts);
    rows->names = name_table_new(db, keys, error);
    if (rows->names == NULL ||
        !statement_set_init(&rows->statements, db, statements_sql, N_STATEMENTS, error)) {
        return NULL;
    }
    return g_steal_pointer(&rows);
}

void message_rows_free(MessageRows *rows)
{
    if (rows == NULL) {
        return;
    }
    statement_set_clear(&rows->statements);
    name_table_free(rows->names);
    message_texts_clear(&rows->texts);
    g_free(rows);
}

static void bind_optional(sqlite3_stmt *statement, int position, bool present, int64_t value)
{
    if (present) {
        sqlite3_bind_int64(statement, position, value);
    } else {
        sqlite3_bind_null(statement, position);
    }
}

static void bind_constant(sqlite3_stmt *statement, int position, const char *word)
{
    sqlite3_bind_text(statement, position, word, -1, SQLITE_STATIC);
}

static bool insert_message(MessageRows *rows, MessageRowIds ids, const MailRecord *record,
                           GError **error)
{
    g_autofree char *caveats = caveat_set_words(record->verdict.caveats);
    sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_MESSAGE);
    sqlite3_bind_int64(add, 1, ids.id);
    statement_bind_blob(add, 2, slice_of((const char *)record->sha256, SHA256_BYTES));
    sqlite3_bind_int64(add, 3, (int64_t)record->size);
    bind_optional(add, 4, record->has_date, record->date);
    bind_constant(add, 5, date_source_word(record->date_source));
    sqlite3_bind_int(add, 6, record->date_offset_minutes);
    bind_optional(add, 7, record->has_received_at, record->received_at);
    statement_bind_text(add, 8, record->message_id);
    statement_bind_text(add, 9, record->in_reply_to);
    statement_bind_text(add, 10, record->references);
    bind_constant(add, 11, message_dkim_word(record->verdict.dkim));
    bind_constant(add, 12, level_word(record->verdict.level));
    bind_constant(add, 13, caveats);
    sqlite3_bind_int64(add, 14, record->signatures->len);
    sqlite3_bind_int64(add, 15, record->attachments->len);
    bind_constant(add, 16, arc_result_word(record->arc));
    statement_bind_text(add, 17, record->arc_reason);
    sqlite3_bind_int64(add, 18, ids.thread_id);
    bind_constant(add, 19, language_code(record->language));
    return statement_run(add, error);
}

static bool insert_text(MessageRows *rows, int64_t id, const MailRecord *record, GError **error)
{
    message_texts_collect(&rows->texts, record);
    sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_TEXT);
    sqlite3_bind_int64(add, 1, id);
    for (int i = 0; i < TEXT_COUNT; i++) {
        statement_bind_text(add, i + 2, rows->texts.texts[i]);
    }
    return statement_run(add, error);
}

static bool insert_addresses(MessageRows *rows, int64_t id, const MailRecord *record,
                             const int64_t *address_ids, GError **error)
{
    int64_t positions[ADDRESS_ROLE_COUNT] = {0};
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(record->addresses, RecordAddress, i);
        sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_MESSAGE_ADDRESS);
        sqlite3_bind_int64(add, 1, id);
        bind_constant(add, 2, address_role_word(entry->role));
        sqlite3_bind_int64(add, 3, positions[entry->role]++);
        sqlite3_bind_int64(add, 4, address_ids[i]);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool insert_attachments(MessageRows *rows, int64_t id, const MailRecord *record,
                               GError **error)
{
    for (guint i = 0; i < record->attachments->len; i++) {
        const RecordAttachment *entry =
            &g_array_index(record->attachments, RecordAttachment, i);
        sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_ATTACHMENT);
        sqlite3_bind_int64(add, 1, id);
        sqlite3_bind_int64(add, 2, i);
        statement_bind_text(add, 3, entry->part);
        statement_bind_text(add, 4, entry->name);
        statement_bind_text(add, 5, entry->declared_type);
        statement_bind_text(add, 6, entry->sniffed_type);
        statement_bind_text(add, 7, entry->content_id);
        sqlite3_bind_int64(add, 8, (int64_t)entry->size);
        statement_bind_blob(add, 9, slice_of((const char *)entry->sha256, SHA256_BYTES));
        sqlite3_bind_int(add, 10, entry->is_inline);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static void bind_tri(sqlite3_stmt *statement, int position, Tri value)
{
    bind_optional(statement, position, value != TRI_UNKNOWN, value == TRI_YES);
}

static void bind_signature_tags(sqlite3_stmt *add, const RecordSignature *signature)
{
    statement_bind_text(add, 10, signature->version);
    statement_bind_text(add, 11, signature->algorithm);
    statement_bind_text(add, 12, signature->domain);
    statement_bind_text(add, 13, signature->selector);
    statement_bind_text(add, 14, signature->identity);
    statement_bind_text(add, 15, signature->canonicalization);
    bind_optional(add, 17, signature->body_length >= 0, signature->body_length);
    bind_optional(add, 18, signature->signed_at >= 0, signature->signed_at);
    bind_optional(add, 19, signature->expires_at >= 0, signature->expires_at);
}

static bool insert_signature(MessageRows *rows, int64_t id, int64_t position,
                             const RecordSignature *signature, const int64_t *shared_ids,
                             GError **error)
{
    g_autofree char *caveats = caveat_set_words(signature->caveats);
    sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_SIGNATURE);
    sqlite3_bind_int64(add, 1, id);
    sqlite3_bind_int64(add, 2, position);
    sqlite3_bind_int64(add, 3, signature->field);
    bind_constant(add, 4, dkim_result_word(signature->result));
    statement_bind_text(add, 5, signature->reason);
    bind_tri(add, 6, signature->header_ok);
    bind_tri(add, 7, signature->body_ok);
    sqlite3_bind_int(add, 8, signature->aligned);
    bind_constant(add, 9, caveats);
    bind_signature_tags(add, signature);
    sqlite3_bind_int64(add, 16, shared_ids[SHARED_FIELDS]);
    sqlite3_bind_int64(add, 20, (int64_t)signature->body_bytes);
    statement_bind_blob(add, 21, signature->header_digest);
    statement_bind_blob(add, 22, signature->signature);
    bind_optional(add, 23, signature->key >= 0, shared_ids[SHARED_KEY]);
    bind_constant(add, 24, repair_word(signature->repair));
    return statement_run(add, error);
}

static bool insert_signatures(MessageRows *rows, int64_t id, const MailRecord *record,
                              const int64_t *shared_ids, GError **error)
{
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        if (!insert_signature(rows, id, i, entry, shared_ids + (size_t)i * N_SHARED, error)) {
            return false;
        }
    }
    return true;
}

static void bind_arc_signature(sqlite3_stmt *add, int at, const RecordArcSignature *signature,
                               int64_t key_id)
{
    g_autofree char *caveats = caveat_set_words(signature->caveats);
    bind_constant(add, at, dkim_result_word(signature->result));
    statement_bind_text(add, at + 1, signature->reason);
    sqlite3_bind_text(add, at + 2, caveats, -1, SQLITE_TRANSIENT);
    statement_bind_text(add, at + 3, signature->domain);
    statement_bind_text(add, at + 4, signature->selector);
    statement_bind_text(add, at + 5, signature->algorithm);
    bind_optional(add, at + 6, signature->signed_at >= 0, signature->signed_at);
    statement_bind_blob(add, at + 7, signature->digest);
    statement_bind_blob(add, at + 8, signature->signature);
    bind_optional(add, at + 9, signature->key >= 0, key_id);
}

static bool insert_arc_sets(MessageRows *rows, int64_t id, const MailRecord *record,
                            const int64_t *shared_ids, GError **error)
{
    for (guint i = 0; i < record->arc_sets->len; i++) {
        const RecordArcSet *entry = &g_array_index(record->arc_sets, RecordArcSet, i);
        const int64_t *ids = shared_ids + (size_t)i * N_ARC_SHARED;
        sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_ARC_SET);
        sqlite3_bind_int64(add, 1, id);
        sqlite3_bind_int64(add, 2, entry->instance);
        statement_bind_text(add, 3, entry->authserv_id);
        statement_bind_text(add, 4, entry->results);
        bind_constant(add, 5, arc_cv_word(entry->cv));
        bind_arc_signature(add, ARC_SEAL_AT, &entry->seal, ids[ARC_SHARED_SEAL_KEY]);
        bind_arc_signature(add, ARC_MESSAGE_AT, &entry->message, ids[ARC_SHARED_MESSAGE_KEY]);
        statement_bind_text(add, ARC_REST_AT, entry->canonicalization);
        sqlite3_bind_int64(add, ARC_REST_AT + 1, ids[ARC_SHARED_FIELDS]);
        bind_optional(add, ARC_REST_AT + 2, entry->body_length >= 0, entry->body_length);
        sqlite3_bind_int64(add, ARC_REST_AT + 3, (int64_t)entry->body_bytes);
        bind_tri(add, ARC_REST_AT + 4, entry->body_ok);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool insert_domainkeys_signature(MessageRows *rows, int64_t id, int64_t position,
                                        const RecordDomainKeys *signature,
                                        const int64_t *shared_ids, GError **error)
{
    g_autofree char *caveats = caveat_set_words(signature->caveats);
    sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_DOMAINKEYS);
    sqlite3_bind_int64(add, 1, id);
    sqlite3_bind_int64(add, 2, position);
    sqlite3_bind_int64(add, 3, signature->field);
    bind_constant(add, 4, dkim_result_word(signature->result));
    statement_bind_text(add, 5, signature->reason);
    sqlite3_bind_int(add, 6, signature->aligned);
    bind_constant(add, 7, caveats);
    statement_bind_text(add, 8, signature->algorithm);
    statement_bind_text(add, 9, signature->domain);
    statement_bind_text(add, 10, signature->selector);
    statement_bind_text(add, 11, signature->sender);
    statement_bind_text(add, 12, signature->canonicalization);
    sqlite3_bind_int64(add, 13, shared_ids[SHARED_FIELDS]);
    statement_bind_blob(add, 14, signature->digest);
    statement_bind_blob(add, 15, signature->listed_digest);
    statement_bind_blob(add, 16, signature->signature);
    bind_optional(add, 17, signature->key >= 0, shared_ids[SHARED_KEY]);
    return statement_run(add, error);
}

static bool insert_domainkeys(MessageRows *rows, int64_t id, const MailRecord *record,
                              const int64_t *shared_ids, GError **error)
{
    for (guint i = 0; i < record->domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record->domainkeys, RecordDomainKeys, i);
        if (!insert_domainkeys_signature(rows, id, i, entry, shared_ids + (size_t)i * N_SHARED,
                                         error)) {
            return false;
        }
    }
    return true;
}

static bool insert_claims(MessageRows *rows, int64_t id, const MailRecord *record,
                          GError **error)
{
    for (guint i = 0; i < record->claims->len; i++) {
        const RecordClaim *entry = &g_array_index(record->claims, RecordClaim, i);
        sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_CLAIM);
        sqlite3_bind_int64(add, 1, id);
        sqlite3_bind_int64(add, 2, i);
        bind_constant(add, 3, claim_field_word(entry->field));
        statement_bind_text(add, 4, entry->authserv_id);
        statement_bind_text(add, 5, entry->method);
        statement_bind_text(add, 6, entry->result);
        statement_bind_text(add, 7, entry->reason);
        statement_bind_text(add, 8, entry->properties);
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool insert_problems(MessageRows *rows, int64_t id, ProblemSet problems, GError **error)
{
    for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
        if (!problem_set_has(problems, (Problem)i)) {
            continue;
        }
        sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_PROBLEM);
        sqlite3_bind_int64(add, 1, id);
        bind_constant(add, 2, problem_word((Problem)i));
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static bool intern_key(MessageRows *rows, int64_t key, int64_t *ret_id, GError **error)
{
    return key < 0 || name_table_key(rows->names, key, ret_id, error);
}

static bool intern_signature(MessageRows *rows, Slice signed_fields, int64_t key,
                             GArray *shared_ids, GError **error)
{
    int64_t ids[N_SHARED] = {0};
    if (!name_table_signed_fields(rows->names, signed_fields, &ids[SHARED_FIELDS], error) ||
        !intern_key(rows, key, &ids[SHARED_KEY], error)) {
        return false;
    }
    g_array_append_vals(shared_ids, ids, N_SHARED);
    return true;
}

static bool intern_arc_set(MessageRows *rows, const RecordArcSet *set, GArray *shared_ids,
                           GError **error)
{
    int64_t ids[N_ARC_SHARED] = {0};
    if (!name_table_signed_fields(rows->names, set->signed_fields, &ids[ARC_SHARED_FIELDS],
                                  error) ||
        !intern_key(rows, set->seal.key, &ids[ARC_SHARED_SEAL_KEY], error) ||
        !intern_key(rows, set->message.key, &ids[ARC_SHARED_MESSAGE_KEY], error)) {
        return false;
    }
    g_array_append_vals(shared_ids, ids, N_ARC_SHARED);
    return true;
}

bool message_rows_intern(MessageRows *rows, const MailRecord *record, GArray *shared_ids,
                         GError **error)
{
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(record->addresses, RecordAddress, i);
        int64_t id = 0;
        if (!name_table_address(rows->names, entry->address, entry->name, &id, error)) {
            return false;
        }
        g_array_append_val(shared_ids, id);
    }
    for (guint i = 0; i < record->signatures->len; i++) {
        const RecordSignature *entry = &g_array_index(record->signatures, RecordSignature, i);
        if (!intern_signature(rows, entry->signed_fields, entry->key, shared_ids, error)) {
            return false;
        }
    }
    for (guint i = 0; i < record->arc_sets->len; i++) {
        const RecordArcSet *entry = &g_array_index(record->arc_sets, RecordArcSet, i);
        if (!intern_arc_set(rows, entry, shared_ids, error)) {
            return false;
        }
    }
    for (guint i = 0; i < record->domainkeys->len; i++) {
        const RecordDomainKeys *entry = &g_array_index(record->domainkeys, RecordDomainKeys, i);
        if (!intern_signature(rows, entry->signed_fields, entry->key, shared_ids, error)) {
            return false;
        }
    }
    return true;
}

bool message_rows_insert(MessageRows *rows, MessageRowIds ids, const MailRecord *record,
                         const int64_t *shared_ids, GError **error)
{
    const int64_t id = ids.id;
    const int64_t *signature_ids = shared_ids + record->addresses->len;
    const int64_t *arc_ids = signature_ids + (size_t)record->signatures->len * N_SHARED;
    const int64_t *domainkeys_ids = arc_ids + (size_t)record->arc_sets->len * N_ARC_SHARED;
    return insert_message(rows, ids, record, error) && insert_text(rows, id, record, error) &&
           insert_addresses(rows, id, record, shared_ids, error) &&
           insert_attachments(rows, id, record, error) &&
           insert_signatures(rows, id, record, signature_ids, error) &&
           insert_arc_sets(rows, id, record, arc_ids, error) &&
           insert_domainkeys(rows, id, record, domainkeys_ids, error) &&
           insert_claims(rows, id, record, error) &&
           insert_problems(rows, id, record->problems, error);
}
