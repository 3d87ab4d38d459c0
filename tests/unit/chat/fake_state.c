/* SPDX-License-Identifier: MIT */
#include "tests/unit/chat/fake_state.h"

#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "tests/unit/chat/fake_world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 1024 };

struct state_hash {
    char *text; /* owned; what the pairs point into */
    const char *names[PAIRS_MAX];
    const char *values[PAIRS_MAX];
    size_t count;
};

struct state_hash *fake_hash(const char *pairs)
{
    struct state_hash *hash = xcalloc(1, sizeof(*hash));
    char *pair;

    hash->text = xstrdup(pairs);
    pair = *pairs != '\0' ? hash->text : NULL;
    while (pair) {
        char *equals = strchr(pair, '=');
        char *end = strchr(pair, '|');

        assert(hash->count < PAIRS_MAX && equals);
        *equals = '\0';
        if (end) {
            *end = '\0';
        }
        hash->names[hash->count] = pair;
        hash->values[hash->count++] = equals + 1;
        pair = end ? end + 1 : NULL;
    }
    return hash;
}

void state_hash_free(struct state_hash *hash)
{
    if (hash) {
        free(hash->text);
        free(hash);
    }
}

size_t state_hash_count(const struct state_hash *hash)
{
    return hash->count;
}

const char *state_hash_name(const struct state_hash *hash, size_t index)
{
    assert(index < hash->count);
    return hash->names[index];
}

const char *state_hash_value(const struct state_hash *hash, size_t index)
{
    assert(index < hash->count);
    return hash->values[index];
}

const char *state_hash_find(const struct state_hash *hash, const char *name)
{
    for (size_t i = 0; i < hash->count; i++) {
        if (strcmp(hash->names[i], name) == 0) {
            return hash->values[i];
        }
    }
    return NULL;
}

/* What was read ahead is asked for all the same; see state_hgetall(). */
bool state_read_ahead(struct queue *queue, const struct state_read reads[], size_t count,
                      struct err *err)
{
    (void)queue;
    (void)reads;
    return count == 0 || (fake_call(err, "read ahead") && fake_worked(fake_world.calls, err));
}

static const char *pairs_of(const char *key, const char *tail)
{
    const struct {
        const char *key;
        const char *pairs;
    } HASHES[] = {
        {KEY_GRANTS, strcmp(tail, "7") == 0 ? fake_world.own_grants : fake_world.grants},
        {KEY_ACCESS, fake_world.access},
        {KEY_MEMBERS, fake_world.members},
        {KEY_CREATORS, fake_world.creators},
        {KEY_BUTTON, fake_world.button},
    };

    for (size_t i = 0; i < ARRAY_LEN(HASHES); i++) {
        if (strcmp(HASHES[i].key, key) == 0) {
            return HASHES[i].pairs;
        }
    }
    return NULL;
}

bool state_hgetall(struct queue *queue, const char *key, const char *tail, struct state_hash **out,
                   struct err *err)
{
    const char *pairs = pairs_of(key, tail);

    (void)queue;
    if (!fake_call(err, "hgetall %s%s", key, tail) || !fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out = fake_hash(pairs ? pairs : "");
    return true;
}

/* A field of a hash that is given as pairs. */
static bool add_field(const char *pairs, const char *field, struct buf *out)
{
    struct state_hash *hash = fake_hash(pairs ? pairs : "");
    const char *value = state_hash_find(hash, field);

    buf_addf(out, "%s", value ? value : "");
    state_hash_free(hash);
    return value != NULL;
}

/* Every one of them has the grants of fake_world. */
bool state_hget_each(struct queue *queue, const char *key, const char *const tails[], size_t count,
                     const char *field, struct state_hash **out, struct err *err)
{
    struct state_hash *grants;
    const char *value;

    (void)queue;
    if (!fake_call(err, "hget each of %zu %s %s", count, key, field) ||
        !fake_worked(fake_world.calls, err)) {
        return false;
    }
    grants = fake_hash(fake_world.grants ? fake_world.grants : "");
    value = state_hash_find(grants, field);
    *out = xcalloc(1, sizeof(**out));
    for (size_t i = 0; value && i < count; i++) {
        (*out)->names[i] = tails[i];
        (*out)->values[i] = value;
    }
    (*out)->count = value ? count : 0;
    (*out)->text = value ? grants->text : NULL; /* what the values point into */
    grants->text = value ? NULL : grants->text;
    state_hash_free(grants);
    return true;
}

bool state_hget(struct queue *queue, const char *key, const char *tail, const char *field,
                bool *out_found, struct buf *out, struct err *err)
{
    static const struct {
        const char *key;
        const char *const *value;
    } VALUES[] = {
        {KEY_INTENTS, &fake_world.intent},
        {KEY_CREATORS, &fake_world.creator},
        {KEY_META, &fake_world.bot},
    };

    (void)queue;
    if (!fake_call(err, "hget %s%s %s", key, tail, field) || !fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out_found = strcmp(key, KEY_ACCESS) == 0 && !fake_world.shut_out;
    if (*out_found && fake_world.access) {
        *out_found = add_field(fake_world.access, field, out);
    }
    if (strcmp(key, KEY_MEMBERS) == 0) {
        *out_found = add_field(fake_world.members, field, out);
    }
    for (size_t i = 0; i < ARRAY_LEN(VALUES); i++) {
        if (strcmp(key, VALUES[i].key) == 0 && *VALUES[i].value) {
            *out_found = true;
            buf_addf(out, "%s", *VALUES[i].value);
        }
    }
    return true;
}

/* Of dialogs and languages: the cache of the hosting API is behind fake_beget.c. */
bool state_get(struct queue *queue, const char *key, const char *tail, bool *out_found,
               struct buf *out, struct err *err)
{
    bool dialog = strcmp(key, KEY_DIALOG) == 0;
    const char *value = dialog ? fake_world.dialog : fake_world.language;

    (void)queue;
    if (!dialog && strcmp(key, KEY_LANGUAGE) != 0) {
        return err_set(err, ERR_FATAL, "get %s", key);
    }
    if (!fake_call(err, "get %s%s", key, tail) || !fake_worked(fake_world.calls, err)) {
        return false;
    }
    *out_found = value != NULL;
    buf_addf(out, "%s", value ? value : "");
    return true;
}

/* ---- the cache of the hosting API: behind fake_beget.c, nobody comes here ---- */

bool state_set(struct queue *queue, const char *key, const char *tail, const char *value,
               int64_t ttl_s, struct err *err)
{
    (void)queue, (void)tail, (void)value, (void)ttl_s;
    return err_set(err, ERR_FATAL, "set %s", key);
}

bool state_del(struct queue *queue, const char *key, const char *tail, struct err *err)
{
    (void)queue, (void)tail;
    return err_set(err, ERR_FATAL, "del %s", key);
}
