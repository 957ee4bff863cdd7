/* SPDX-License-Identifier: MIT */
#include "schema/arc_set.h"

static const Slice names[ARC_FIELD_COUNT] = {
    [ARC_FIELD_RESULTS] = {"ARC-Authentication-Results", 26},
    [ARC_FIELD_MESSAGE] = {"ARC-Message-Signature", 21},
    [ARC_FIELD_SEAL] = {"ARC-Seal", 8},
};

/* Returns: ARC_FIELD_COUNT when it is no ARC field. */
static ArcField kind_of(const RawField *field)
{
    const Slice name = field->name;
    ArcField kind = 0;
    if (name.len < names[ARC_FIELD_SEAL].len || name.ptr[3] != '-' ||
        slice_lower(name.ptr[0]) != 'a') {
        return ARC_FIELD_COUNT; /* as nearly every field is */
    }
    while (kind < ARC_FIELD_COUNT && !slice_equal_nocase(field->name, names[kind])) {
        kind++;
    }
    return kind;
}

bool arc_is_present(const RawMessage *message)
{
    for (size_t i = 0; i < message->n_fields; i++) {
        if (kind_of(&message->fields[i]) != ARC_FIELD_COUNT) {
            return true;
        }
    }
    return false;
}

bool arc_set_exists(const ArcSets *sets, size_t instance)
{
    const ArcSet *set = &sets->sets[instance - 1];
    return set->fields[ARC_FIELD_RESULTS] != NULL || set->fields[ARC_FIELD_MESSAGE] != NULL ||
           set->fields[ARC_FIELD_SEAL] != NULL;
}

bool arc_set_is_complete(const ArcSets *sets, size_t instance)
{
    const ArcSet *set = &sets->sets[instance - 1];
    return set->fields[ARC_FIELD_RESULTS] != NULL && set->fields[ARC_FIELD_MESSAGE] != NULL &&
           set->fields[ARC_FIELD_SEAL] != NULL && !set->has_duplicate;
}

/* Faults of single fields come before those of the whole. */
static void set_fault(ArcSets *sets, const char *fault)
{
    if (sets->fault == NULL) {
        sets->fault = fault;
    }
}

/* The set that a field says it belongs to, made if it is the first of its instance.
 * Returns: NULL when there can be no such set. */
static ArcSet *set_of(ArcSets *sets, bool has_instance, unsigned instance)
{
    if (!has_instance || instance == 0) {
        set_fault(sets, "the instance (i=) of a field cannot be read");
        return NULL;
    }
    if (instance > ARC_SET_MAX) {
        set_fault(sets, "there are more than 50 sets");
        return NULL;
    }
    while (sets->n_sets < instance) {
        ArcSet *added = &sets->sets[sets->n_sets++];
        memset(added->fields, 0, sizeof added->fields);
        added->has_duplicate = false;
    }
    return &sets->sets[instance - 1];
}

/* Returns: whether the field is the first of its kind in the set. */
static bool add_field(ArcSets *sets, ArcSet *set, ArcField kind, const RawField *field)
{
    if (set == NULL) {
        return false;
    }
    if (set->fields[kind] != NULL) {
        set->has_duplicate = true;
        set_fault(sets, "a set has a field twice");
        return false;
    }
    set->fields[kind] = field;
    return true;
}

static void take_results(ArcSets *sets, const RawField *field)
{
    ArcResults results;
    arc_results_parse(field->value, &results);
    ArcSet *set = set_of(sets, results.has_instance, results.instance);
    if (add_field(sets, set, ARC_FIELD_RESULTS, field)) {
        set->results = results;
    }
}

static void take_message(ArcSets *sets, const RawField *field)
{
    arc_message_signature_parse(field->value, &sets->scratch);
    ArcSet *set = set_of(sets, sets->scratch.has_instance, sets->scratch.instance);
    if (add_field(sets, set, ARC_FIELD_MESSAGE, field)) {
        set->message = sets->scratch;
    }
}

static void take_seal(ArcSets *sets, const RawField *field)
{
    arc_seal_parse(field->value, &sets->scratch);
    ArcSet *set = set_of(sets, sets->scratch.has_instance, sets->scratch.instance);
    if (add_field(sets, set, ARC_FIELD_SEAL, field)) {
        set->seal = sets->scratch;
    }
}

static void check_sequence(ArcSets *sets)
{
    for (size_t instance = 1; instance <= sets->n_sets; instance++) {
        if (!arc_set_exists(sets, instance)) {
            set_fault(sets, "a set is missing between others");
        } else if (!arc_set_is_complete(sets, instance)) {
            set_fault(sets, "a set lacks one of its three fields");
        }
    }
}

void arc_sets_collect(const RawMessage *message, ArcSets *sets)
{
    sets->n_sets = sets->n_bytes = 0;
    sets->fault = NULL;
    for (size_t i = 0; i < message->n_fields; i++) {
        const RawField *field = &message->fields[i];
        const ArcField kind = kind_of(field);
        sets->n_bytes += kind == ARC_FIELD_COUNT ? 0 : field->whole.len;
        switch (kind) {
        case ARC_FIELD_RESULTS:
            take_results(sets, field);
            break;
        case ARC_FIELD_MESSAGE:
            take_message(sets, field);
            break;
        case ARC_FIELD_SEAL:
            take_seal(sets, field);
            break;
        case ARC_FIELD_COUNT:
            break;
        }
    }
    check_sequence(sets);
}
