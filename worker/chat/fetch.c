/* SPDX-License-Identifier: MIT */
#include "worker/chat/fetch.h"

#include "shared/base/compiler.h"
#include "shared/base/log.h"
#include "worker/chat/screens.h"

#include <assert.h>
#include <stdio.h>

enum { MORE_READS_MOST = 6 };

/* Decodes a good answer into the scene; false with `err` when it is not what the API documents. */
typedef bool read_fn(const struct json *result, struct scene *scene, struct err *err);

static bool read_domains(const struct json *result, struct scene *scene, struct err *err)
{
    return account_names_read(result, false, &scene->domains, err);
}

static bool read_subdomains(const struct json *result, struct scene *scene, struct err *err)
{
    return account_names_read(result, true, &scene->subdomains, err);
}

static bool read_zone(const struct json *result, struct scene *scene, struct err *err)
{
    return dns_zone_read(result, &scene->zone, err);
}

static const struct {
    unsigned need;
    enum beget_method method;
    read_fn *read;
} SOURCES[] = {
    {NEEDS_DOMAINS, BEGET_DOMAINS, read_domains},
    {NEEDS_SUBDOMAINS, BEGET_SUBDOMAINS, read_subdomains},
    {NEEDS_ZONE, BEGET_DNS_READ, read_zone},
};

/* A list with a hole in it is shown all the same; somebody should know of the hole. */
static void warn_of_skipped(const struct account_names *names, int64_t update_id)
{
    if (names->skipped > 0) {
        log_warn("beget.names_skipped", LOG_INT("update_id", update_id),
                 LOG_INT("count", (int64_t)names->skipped),
                 LOG_TEXT("why", "no usable id or name"));
    }
}

bool scene_fetch(struct scene *scene, unsigned needs, struct beget_client *beget, int64_t update_id,
                 const struct beget_call_options *options, struct fetch_failure *out_failure,
                 struct err *err)
{
    const struct beget_argument arguments[] = {{.text = scene->target.name}};

    *out_failure = (struct fetch_failure){.failure = BEGET_OK};
    for (size_t i = 0; i < ARRAY_LEN(SOURCES) && out_failure->failure == BEGET_OK; i++) {
        struct beget_answer answer;
        struct err why = ERR_INIT;

        if (!(needs & SOURCES[i].need)) {
            continue;
        }
        if (!beget_call(beget, SOURCES[i].method, arguments, update_id, options, &answer, err)) {
            return false;
        }
        out_failure->failure = answer.failure;
        (void)snprintf(out_failure->text, sizeof(out_failure->text), "%s", answer.text);
        if (answer.failure == BEGET_OK && !SOURCES[i].read(answer.result, scene, &why)) {
            out_failure->failure = BEGET_UNREADABLE;
            log_warn("beget.unreadable", LOG_INT("update_id", update_id),
                     LOG_TEXT("why", why.message));
        }
        beget_answer_free(&answer);
    }
    if (needs & NEEDS_DOMAINS) {
        warn_of_skipped(&scene->domains, update_id);
    }
    if (needs & NEEDS_SUBDOMAINS) {
        warn_of_skipped(&scene->subdomains, update_id);
    }
    return true;
}

bool scene_read_ahead(unsigned needs, const struct state_read more[], size_t more_count,
                      struct queue *queue, struct err *err)
{
    struct state_read reads[MORE_READS_MOST + ARRAY_LEN(SOURCES)];
    char tails[ARRAY_LEN(SOURCES)][BEGET_CACHE_TAIL_SIZE];
    size_t count = 0;

    assert(more_count <= MORE_READS_MOST);
    for (; count < more_count; count++) {
        reads[count] = more[count];
    }
    for (size_t i = 0; i < ARRAY_LEN(SOURCES); i++) {
        const struct beget_method_row *row = &BEGET_METHODS[SOURCES[i].method];

        /* The lists that are kept are those of the whole account, asked for without arguments. */
        if ((needs & SOURCES[i].need) && beget_cache_tail(row, "{}", tails[i])) {
            reads[count++] = (struct state_read){.key = KEY_CACHE, .tail = tails[i]};
        }
    }
    return state_read_ahead(queue, reads, count, err);
}

void scene_free(struct scene *scene)
{
    account_names_free(&scene->domains);
    account_names_free(&scene->subdomains);
    dns_zone_free(&scene->zone);
    grantee_free(&scene->grantee);
    permissions_free(&scene->permissions);
    log_page_free(&scene->log);
    status_free(&scene->status);
}
